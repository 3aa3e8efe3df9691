from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosearch.attacks.constraints.edit_distance import EditDistance, edit_distance, within_distance
from rosearch.attacks.text import WordText

SHORT = st.text("abc", max_size=12)


def levenshtein(first: str, second: str) -> int:
    @cache
    def distance(left: int, right: int) -> int:
        if not left or not right:
            return left + right
        same = first[left - 1] == second[right - 1]
        return min(
            distance(left - 1, right) + 1,
            distance(left, right - 1) + 1,
            distance(left - 1, right - 1) + (not same),
        )

    return distance(len(first), len(second))


@given(SHORT, SHORT)
def test_the_distance_is_levenshteins(first: str, second: str) -> None:
    assert edit_distance(first, second) == levenshtein(first, second)


@given(SHORT, SHORT, st.integers(0, 14))
def test_the_bound_is_exact(first: str, second: str, limit: int) -> None:
    assert within_distance(first, second, limit) == (levenshtein(first, second) <= limit)


@given(st.text("ab", min_size=200, max_size=400), st.integers(0, 199), st.text("ab", max_size=5))
def test_long_texts_agree_with_a_known_edit(text: str, at: int, extra: str) -> None:
    edited = text[:at] + "z" + extra + text[at + 1 :]
    assert within_distance(text, edited, 1 + len(extra))
    assert not within_distance(text, edited, max(0, len(extra) - 1)) or not extra


@given(
    st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.text("abc", min_size=1, max_size=4)), min_size=1, max_size=5),
    st.integers(0, 6),
)
def test_the_cheap_check_gives_the_exact_answer(words: list[str], changes: list[tuple[int, str]], limit: int) -> None:
    original = current = WordText(" ".join(words))
    constraint = EditDistance(max_distance=limit)
    for index, word in changes:
        if index < len(words):
            allowed = constraint.allows(original, current, index, word)
            current = current.replaced(index, word)
            assert allowed == constraint.holds(original, current)
            assert allowed == (levenshtein(original.text, current.text) <= limit)


@pytest.mark.parametrize(("first", "second"), [("", ""), ("", "abc"), ("abc", ""), ("same", "same")])
def test_empty_and_equal_strings(first: str, second: str) -> None:
    distance = max(len(first), len(second)) if first != second else 0
    assert edit_distance(first, second) == distance
