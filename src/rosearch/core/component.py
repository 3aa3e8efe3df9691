"""Components: frozen dataclasses that are at once objects for programs and tables in TOML."""

import dataclasses
import difflib
import importlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, get_type_hints

from rosearch.core.docstrings import meanings
from rosearch.core.errors import ConfigError

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
    from pydantic_core import CoreSchema

T = TypeVar("T")


class Component:
    """Base of everything that a configuration can name.

    A family is a direct subclass with ``family`` set; its members are final, frozen, keyword-only dataclasses whose
    field ``kind`` defaults to the name that TOML uses. Members register themselves when their module is imported;
    ``members`` lists the modules that ship, imported when a kind is first looked up.
    """

    family: ClassVar[str] = ""
    members: ClassVar[tuple[str, ...]] = ()
    kinds: ClassVar[dict[str, type["Component"]]] = {}
    __pydantic_config__: ClassVar[Mapping[str, Any]] = {"extra": "forbid"}

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "family" in cls.__dict__:
            cls.kinds = {}
        elif isinstance(kind := cls.__dict__.get("kind"), str):
            cls.kinds[kind] = cls

    @classmethod
    def from_config(cls, data: Any, *, where: str = "") -> Self:
        """Builds a component from plain data.

        Args:
            data: A mapping of fields (with ``kind`` where ``cls`` is a family), the name of a kind, or a component.
            where: What to call this place in an error message, such as ``"[strategy]"``.

        Returns:
            A validated instance of ``cls``.

        Raises:
            ConfigError: If a kind or key is unknown or a value does not fit; the nearest name is suggested.
        """
        where = where or cls.family or cls.__name__
        if isinstance(data, cls):
            return data
        fields = {"kind": data} if isinstance(data, str) else data
        if not isinstance(fields, Mapping):
            raise ConfigError(f"{where}: expected a table or the name of a kind, got {data!r}.")
        target = cls._member(fields, where) if "family" in cls.__dict__ else cls
        return validate(target, dict(fields), where=where)

    @classmethod
    def known(cls) -> Mapping[str, type["Component"]]:
        """Returns the members of this family by kind, those that ship among them."""
        for module in cls.members:
            importlib.import_module(module)
        return cls.kinds

    @classmethod
    def keys_of(cls, kind: object) -> frozenset[str]:
        """Returns the keys that a table of this kind may have; none for an unknown kind.

        Args:
            kind: Of this family.
        """
        member = cls.known().get(kind) if isinstance(kind, str) else None
        return frozenset(item.name for item in dataclasses.fields(member)) if member else frozenset()  # type: ignore[arg-type]  # members are dataclasses

    @classmethod
    def _member(cls, fields: Mapping[str, Any], where: str) -> type[Self]:
        cls.known()
        kind = fields.get("kind")
        if kind is None:
            raise ConfigError(f"{where}: kind is missing. Known: {', '.join(sorted(cls.kinds))}.")
        if not isinstance(kind, str) or kind not in cls.kinds:
            raise ConfigError(f"{where}: unknown {cls.family} kind {kind!r}. {nearest(kind, cls.kinds)}")
        return cls.kinds[kind]  # type: ignore[return-value]  # the family's own members

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        if "family" not in cls.__dict__:
            return handler(source)
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(cls.from_config)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: "CoreSchema", handler: "GetJsonSchemaHandler") -> dict[str, Any]:
        if "family" not in cls.__dict__:
            return handler(schema)
        from pydantic import TypeAdapter

        for module in cls.members:
            importlib.import_module(module)
        # Those that ship: another one's fields may have no form in JSON.
        kinds = sorted(kind for kind, member in cls.kinds.items() if member.__module__ in cls.members)
        return {"anyOf": [{"enum": kinds}, *(handler(TypeAdapter(cls.kinds[kind]).core_schema) for kind in kinds)]}

    def to_config(self) -> dict[str, Any]:
        """Returns the plain data that ``from_config`` takes."""
        return dataclasses.asdict(self)  # type: ignore[call-overload, no-any-return]  # members are dataclasses


def validate(target: type[T], fields: dict[str, Any], *, where: str) -> T:
    """Builds a dataclass from plain data with pydantic, and says in one sentence a line what does not fit.

    Args:
        target: The dataclass.
        fields: Its fields.
        where: What to call this place in an error message.

    Raises:
        ConfigError: If a key is unknown or a value does not fit.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(target).validate_python(fields)
    except ValidationError as error:
        raise ConfigError("\n".join(_sentences(target, error, where))) from None


def nearest(name: object, known: Iterable[str]) -> str:
    """Says which known name was probably meant, and which there are."""
    names = sorted(known)
    close = difflib.get_close_matches(str(name), names, n=1)
    meant = f"Did you mean {close[0]!r}? " if close else ""
    return f"{meant}Known: {', '.join(names)}."


def _sentences(target: type, error: "ValidationError", where: str) -> Iterable[str]:
    for item in error.errors():
        place = ".".join(str(part) for part in item["loc"])
        if item["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
            owner = _field_owner(target, item["loc"][:-1])
            names = [field.name for field in dataclasses.fields(owner)] if owner else []
            yield f"{where}: unknown key {place!r}. {nearest(item['loc'][-1], names)}"
        elif item["type"] in ("missing", "missing_argument", "missing_keyword_only_argument"):
            yield f"{where}: {place} is missing{_meaning(target, item['loc'])}"
        else:
            message = item["msg"].removeprefix("Value error, ")
            yield f"{where}: {place + ': ' if place else ''}{message} (got {item['input']!r})."


def _meaning(target: type, path: tuple[int | str, ...]) -> str:
    """Says what a missing field is for, with the example that its docstring gives."""
    owner = _field_owner(target, path[:-1])
    meaning = meanings(owner).get(str(path[-1])) if owner else None
    return f". {meaning}".replace("``", "") if meaning else "."


def _field_owner(target: Any, path: tuple[int | str, ...]) -> Any:
    """Follows field names through nested dataclasses; None where the path leaves them."""
    for name in path:
        if not dataclasses.is_dataclass(target):
            return None
        target = get_type_hints(target).get(str(name))
    return target if dataclasses.is_dataclass(target) else None
