"""TOML in, plain data out, with overrides from the command line."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rosearch.core.errors import ConfigError


def read_toml(path: Path) -> dict[str, Any]:
    """Reads a TOML file.

    Args:
        path: The file.

    Raises:
        ConfigError: If the file is missing, not UTF-8 or not TOML; the parser's line is named.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file. Give a search's TOML, such as configs/quickstart.toml.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}.") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}.") from None


def override(data: dict[str, Any], assignments: Iterable[str]) -> dict[str, Any]:
    """Returns ``data`` with ``section.key=value`` assignments laid over it.

    Args:
        data: Nested tables.
        assignments: Each a dotted key, ``=``, and a TOML value; a value that is not TOML is taken as a string.

    Raises:
        ConfigError: If an assignment has no ``=`` or runs through something that is not a table.
    """
    result: dict[str, Any] = _copy(data)
    for assignment in assignments:
        dotted, equals, raw = assignment.partition("=")
        keys = [key.strip() for key in dotted.split(".")]
        if not equals or not all(keys):
            raise ConfigError(f"--set {assignment!r}: expected section.key=value.")
        table = result
        for key in keys[:-1]:
            table = table.setdefault(key, {})
            if not isinstance(table, dict):
                raise ConfigError(f"--set {assignment!r}: {key!r} is a value, not a table.")
        table[keys[-1]] = _value(raw.strip())
    return result


def _value(raw: str) -> Any:
    try:
        return tomllib.loads(f"value = {raw}")["value"]
    except tomllib.TOMLDecodeError:
        return raw


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value
