"""Says where two configurations differ, one dotted key a line."""

from collections.abc import Iterator, Mapping
from typing import Any

_ABSENT = object()


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    """Compares nested tables.

    Args:
        old: What was recorded.
        new: What is given now.

    Returns:
        By dotted key, ``"old -> new"``, in the order of the keys; empty where nothing differs.
    """
    before, after = dict(_leaves(old)), dict(_leaves(new))
    return {
        key: f"{_shown(before.get(key, _ABSENT))} -> {_shown(after.get(key, _ABSENT))}"
        for key in sorted(before.keys() | after.keys())
        if not _same(before.get(key, _ABSENT), after.get(key, _ABSENT))
    }


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Walks tables and lists; an empty one is a leaf itself, so that it differs from an absent one."""
    if value and isinstance(value, Mapping | list | tuple):
        pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, inner in pairs:
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif path:
        yield path, value


def _same(old: Any, new: Any) -> bool:
    # True equals 1 in Python, yet not to whoever reads a configuration.
    return isinstance(old, bool) == isinstance(new, bool) and bool(old == new)


def _shown(value: Any) -> str:
    return "(absent)" if value is _ABSENT else repr(value)
