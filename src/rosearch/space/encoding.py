"""Plain data in and out, strictly: an unknown key, a missing one or a value of another type is named with its place."""

from collections.abc import Collection, Mapping
from dataclasses import MISSING, Field, fields
from functools import cache
from typing import Any, TypeVar, get_type_hints

from rosearch.core.component import nearest
from rosearch.core.errors import ConfigError

T = TypeVar("T")


def read_record(data: Any, where: str, *, required: Collection[str], optional: Collection[str] = ()) -> dict[str, Any]:
    """Returns ``data`` as a dictionary that has every required key and no unknown one.

    Args:
        data: What was read.
        where: The place, for errors.
        required: Keys that must be there.
        optional: Keys that may be there.

    Raises:
        ConfigError: If ``data`` is not a table, or a key is unknown or missing.
    """
    if not isinstance(data, Mapping):
        raise ConfigError(f"{where}: expected a table, got {data!r}.")
    known = {*required, *optional}
    for key in data:
        if key not in known:
            raise ConfigError(f"{where}: unknown key {key!r}. {nearest(key, known)}")
    for key in required:
        if key not in data:
            raise ConfigError(f"{where}: key {key!r} is missing; add it.")
    return dict(data)


def read_list(data: Any, where: str, of: type[T]) -> list[T]:
    """Returns ``data`` as a list.

    Args:
        data: What was read.
        where: The place, for errors.
        of: The type of the members; True is no whole number.

    Raises:
        ConfigError: If ``data`` is not a list, or a member has another type.
    """
    if not isinstance(data, list | tuple):
        raise ConfigError(f"{where}: expected a list, got {data!r}.")
    for member in data:
        if of is not object and type(member) is not of:
            raise ConfigError(f"{where}: expected a list of {of.__name__}, got {member!r} in it.")
    return list(data)


def decode(cls: type[T], data: Any, where: str) -> T:
    """Builds a dataclass from its fields.

    Args:
        cls: The dataclass; fields with a default may be missing.
        data: Its fields, as plain data or as what they shall be.
        where: The place, for errors.

    Raises:
        ConfigError: If a key is unknown or missing, a value has another type, or the class refuses it.
    """
    kept, hints = _shape(cls)  # type: ignore[arg-type]  # classes are hashable
    required = [field.name for field in kept if field.default is MISSING]
    record = read_record(data, where, required=required, optional=[field.name for field in kept])
    for key, value in record.items():
        if hints[key] in (int, bool, str) and type(value) is not hints[key]:
            raise ConfigError(f"{where}.{key}: expected {hints[key].__name__}, got {value!r}.")
    try:
        return cls(**record)
    except ValueError as error:
        raise ConfigError(f"{where}: {error}.") from None


def genes(instance: Any) -> dict[str, Any]:
    """Returns a dataclass's fields as plain data, leaving out those at their default.

    The genes of the first schema have no default and always appear. A gene that a later schema adds gets the default
    that says what networks did before; so an architecture from before keeps its JSON, and with it its id.

    Args:
        instance: A dataclass with flat fields.
    """
    return {
        field.name: getattr(instance, field.name)
        for field in fields(instance)
        if field.default is MISSING or getattr(instance, field.name) != field.default
    }


@cache
def _shape(cls: Any) -> tuple[tuple[Field[Any], ...], dict[str, Any]]:
    return fields(cls), get_type_hints(cls)
