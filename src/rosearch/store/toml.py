"""Writes plain data as TOML; the standard library only reads it."""

import json
import re
from collections.abc import Iterator, Mapping
from numbers import Integral, Real
from pathlib import PurePath
from typing import Any

from rosearch.core.errors import ConfigError

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def to_toml(data: Mapping[str, Any]) -> str:
    """Renders nested tables as TOML that ``tomllib`` reads back as ``plain(data)``.

    Args:
        data: Tables of strings, numbers, truth values, paths, lists and tables; keys whose value is None are left out.

    Raises:
        ConfigError: If a value has no place in TOML; its key is named.
    """
    return "\n".join(_table(plain(data), ())).strip("\n") + "\n"


def plain(data: Any, *, where: str = "") -> Any:
    """Brings data to the form in which TOML gives it back: lists for tuples, strings for paths, no None in tables.

    Args:
        data: Nested mappings and sequences.
        where: The dotted key of this place, for the error message.

    Raises:
        ConfigError: If a value has no place in TOML; its key is named.
    """
    if isinstance(data, Mapping):
        inner = {str(key): (value, f"{where}.{key}".lstrip(".")) for key, value in data.items() if value is not None}
        return {key: plain(value, where=place) for key, (value, place) in inner.items()}
    if isinstance(data, list | tuple):
        return [plain(value, where=f"{where}.{index}") for index, value in enumerate(data)]
    if isinstance(data, PurePath):
        return str(data)
    if isinstance(data, str | bool):
        return data
    if isinstance(data, Integral):
        return int(data)
    if isinstance(data, Real):
        return float(data)
    raise ConfigError(f"{where or 'configuration'}: {data!r} cannot be written as TOML. Give plain data.")


def _table(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Gives the lines of a table: its own values first, as TOML asks, then the tables within."""
    nested = {key: value for key, value in table.items() if isinstance(value, dict) or _is_list_of_tables(value)}
    yield from (f"{_key(key)} = {toml_value(value)}" for key, value in table.items() if key not in nested)
    for key, value in nested.items():
        place = (*path, key)
        name = ".".join(_key(part) for part in place)
        if isinstance(value, dict):
            yield from ("", f"[{name}]", *_table(value, place))
        else:
            for item in value:
                yield from ("", f"[[{name}]]", *_table(item, place))


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def toml_value(value: Any) -> str:
    """Renders a value on one line: a string, number, truth value, list or inline table of such."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {toml_value(item)}" for key, item in value.items()) + "}"
    return repr(value)


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _string(key)


def _string(text: str) -> str:
    # JSON's escapes are TOML's, but for DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
