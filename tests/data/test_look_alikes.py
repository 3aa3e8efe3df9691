"""What looks like plain Latin becomes plain Latin; what is another script stays."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rosearch.data.look_alikes import fold_look_alikes


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a plain text, don't touch it", "a plain text, don't touch it"),
        ("frее moneу", "free money"),
        ("ｆｒｅｅ 𝐦𝐨𝐧𝐞𝐲", "free money"),
        ("fr\u200bee mo\u00adney", "free money"),
        ("fre\u0301e naïve", "free naive"),
        ("don’t", "don't"),
        ("Это просто русский текст", "Это просто русский текст"),
        ("the word мир in an English text", "the word мир in an English text"),
        ("שלום עולם", "שלום עולם"),
        ("👨\u200d👩\u200d👧 nice", "👨\u200d👩\u200d👧 nice"),
        ("a\x00b", "ab"),
        ("two\nlines\t here", "two\nlines\t here"),
        ("", ""),
    ],
)
def test_folds(written: str, read: str) -> None:
    assert fold_look_alikes(written) == read


@given(st.text(max_size=40))
@example("A\x08\xad")
@example("A\xad\xad")
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold_look_alikes(text)
    assert fold_look_alikes(once) == once
