"""Names from content."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosearch.core.fingerprint import canonical_json, fingerprint, fingerprint_file, fingerprint_texts

texts = st.lists(st.text(st.characters(), max_size=4), max_size=4)
json_data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@dataclass(frozen=True)
class Point:
    x: int
    where: Path


@given(texts, texts)
def test_only_equal_sequences_of_texts_share_a_name(first: list[str], second: list[str]) -> None:
    assert (fingerprint_texts(first) == fingerprint_texts(second)) == (first == second)


@given(json_data, json_data)
def test_only_equal_data_share_a_name(first: Any, second: Any) -> None:
    same = canonical_json(first) == canonical_json(second)
    assert (fingerprint(first) == fingerprint(second)) == same
    assert first != second or same or repr(first) != repr(second)


@given(st.dictionaries(st.text(max_size=3), st.integers(), max_size=5))
def test_the_order_of_keys_does_not_count(data: dict[str, int]) -> None:
    assert fingerprint(dict(reversed(data.items()))) == fingerprint(data)


def test_names_are_the_same_on_every_machine() -> None:
    assert fingerprint({"b": [1, "ö"], "a": None}) == hashlib.sha256('{"a":null,"b":[1,"ö"]}'.encode()).hexdigest()[:16]
    assert fingerprint_texts(["ab", "c"]) != fingerprint_texts(["a", "bc"])
    assert fingerprint_texts(["\ud800"]) != fingerprint_texts(["\ud801"])
    assert fingerprint(["\ud800"]) != fingerprint(["\ud801"])


def test_dataclasses_tuples_and_paths_have_a_name_and_other_things_do_not() -> None:
    assert fingerprint(Point(1, Path("a"))) == fingerprint({"x": 1, "where": "a"})
    assert fingerprint((1, 2)) == fingerprint([1, 2])
    with pytest.raises(TypeError, match="set has no canonical form"):
        fingerprint({1, 2})


def test_a_file_is_named_by_its_bytes(tmp_path: Path) -> None:
    content = b"x" * 3_000_000
    (tmp_path / "file").write_bytes(content)
    assert fingerprint_file(tmp_path / "file") == hashlib.sha256(content).hexdigest()
    assert fingerprint_file(tmp_path / "file", length=8) == hashlib.sha256(content).hexdigest()[:8]
