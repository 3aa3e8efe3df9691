"""Splits depend on content alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosearch.data.splits import assign_split, content_key, hash_of, share_of


def test_case_and_white_space_do_not_make_another_text() -> None:
    assert content_key("A  fine\nfilm ") == content_key("a FINE film")
    assert content_key(("a", "b")) != content_key("a b")
    assert content_key(("a b", "c")) != content_key(("a", "b c"))


@given(st.text(), st.sampled_from(["split", "cap"]))
def test_a_share_is_the_hash_as_a_number_below_one(key: str, purpose: str) -> None:
    assert 0 <= hash_of(key, purpose) < 2**64
    assert 0 <= share_of(key, purpose) < 1
    assert share_of(key, purpose) == pytest.approx(hash_of(key, purpose) / 2**64)


def test_shares_are_met_in_expectation() -> None:
    names = [assign_split(str(number), dev_share=0.1, test_share=0.2) for number in range(5000)]
    assert names.count("dev") == pytest.approx(500, abs=65)
    assert names.count("test") == pytest.approx(1000, abs=90)
