"""TOML files, and assignments laid over them."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosearch.core.config import override, read_toml
from rosearch.core.errors import ConfigError

keys = st.text("abcdef_", min_size=1, max_size=4)
values = st.integers(-(2**40), 2**40) | st.booleans() | st.text("xyz ", max_size=5) | st.lists(st.integers(0, 9))
tables = st.recursive(
    st.dictionaries(keys, values, max_size=3), lambda inner: st.dictionaries(keys, inner | values, max_size=3)
)


def test_a_file_is_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "search.toml"
    for start in (b"", b"\xef\xbb\xbf"):
        path.write_bytes(start + '[teacher]\nmodel = "größer"\n'.encode())
        assert read_toml(path) == {"teacher": {"model": "größer"}}


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"a = \n", "not valid TOML: .*line 1"), (b"\xff\xfe", "not valid TOML"), (None, "no such file")],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "search.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=f"search.toml: {message}"):
        read_toml(path)
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read_toml(tmp_path)


@given(tables, st.lists(keys, min_size=1, max_size=3, unique=True), values)
def test_an_assignment_sets_its_key_and_changes_nothing_else(data: dict[str, Any], path: list[str], value: Any) -> None:
    before = copy.deepcopy(data)
    if _runs_through_a_value(data, path):
        with pytest.raises(ConfigError, match="is a value, not a table"):
            override(data, [f"{'.'.join(path)}={json.dumps(value)}"])
    else:
        result = override(data, [f"{'.'.join(path)}={json.dumps(value)}"])
        assert _get(result, path) == value
        assert _without(result, path) == _without(data, path)
    assert data == before


def _get(data: Any, path: list[str]) -> Any:
    for key in path:
        data = data[key]
    return data


def _runs_through_a_value(data: Any, path: list[str]) -> bool:
    for key in path[:-1]:
        data = data.get(key, {})
        if not isinstance(data, dict):
            return True
    return False


def _without(data: dict[str, Any], path: list[str]) -> dict[str, Any]:
    """Returns the leaves by path, but for those at or below ``path``."""
    leaves: dict[str, Any] = {}

    def walk(value: Any, at: tuple[str, ...]) -> None:
        if at == tuple(path):
            return
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, (*at, key))
        else:
            leaves[".".join(at)] = value

    walk(data, ())
    return leaves


def test_values_are_toml_and_else_strings() -> None:
    assignments = ["a.b=1", "a.c = 2.5", "a.d=[1, 2]", "e=plain", "f=runs/mine", 'g="x"', "h=", "i=true", "j=x=y"]
    expected = {"a": {"b": 1, "c": 2.5, "d": [1, 2]}, "e": "plain", "f": "runs/mine", "g": "x", "h": "", "i": True}
    assert override({}, assignments) == expected | {"j": "x=y"}


@pytest.mark.parametrize("assignment", ["a.b", "", "=1", "a..b=1", ".a=1", "a.=1"])
def test_what_is_no_assignment_is_refused(assignment: str) -> None:
    with pytest.raises(ConfigError, match=r"expected section\.key=value"):
        override({}, [assignment])


def test_a_later_assignment_wins() -> None:
    assert override({"a": {"b": 0, "c": 0}}, ["a.b=1", "a.b=2"]) == {"a": {"b": 2, "c": 0}}
