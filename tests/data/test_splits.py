"""Splits depend on content alone, and no text is in two of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosearch.core.protocols import Text
from rosearch.data.rows import Row
from rosearch.data.splits import (
    SplitRows,
    assign_split,
    complete_splits,
    content_key,
    first_by_hash,
    remove_overlap,
)

WORDS = st.sampled_from(["good", "Good ", "bad", "dull  film", "Dull film", "long", "short", "fine", "poor", "new"])
ROWS = st.lists(st.builds(Row, text=WORDS, label=st.sampled_from("xy"), line=st.just(1)), max_size=12)


def rows(*texts: Text, label: str = "x") -> list[Row]:
    return [Row(text, label, line) for line, text in enumerate(texts, start=1)]


def test_case_and_white_space_do_not_make_another_text() -> None:
    assert content_key("A  fine\nfilm ") == content_key("a FINE film")
    assert content_key(("a", "b")) != content_key("a b")
    assert content_key(("a b", "c")) != content_key(("a", "b c"))


@given(st.lists(st.text(min_size=1), unique=True, min_size=1), st.randoms())
def test_a_split_does_not_change_when_rows_are_shuffled_or_added(texts: list[str], random: object) -> None:
    def drawn(some: list[str]) -> dict[str, set[Text]]:
        cut = complete_splits(rows(*some), None, None, dev_share=0.3, test_share=0.3)
        return {name: {row.text for row in getattr(cut, name)} for name in ("train", "dev", "test")}

    shuffled = list(texts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert drawn(texts) == drawn(shuffled)
    half = drawn(texts[: len(texts) // 2])
    assert all(half[name] <= drawn(texts)[name] for name in half)


def test_shares_are_met_in_expectation() -> None:
    names = [assign_split(str(number), dev_share=0.1, test_share=0.2) for number in range(5000)]
    assert names.count("dev") == pytest.approx(500, abs=65)
    assert names.count("test") == pytest.approx(1000, abs=90)


def test_given_splits_are_left_alone() -> None:
    cut = complete_splits(rows("a", "b"), rows("c"), rows("d"), dev_share=0.4, test_share=0.4)
    assert [len(part) for part in (cut.train, cut.dev, cut.test)] == [2, 1, 1]


@given(ROWS, ROWS, ROWS)
def test_no_text_is_in_two_splits_afterwards(train: list[Row], dev: list[Row], test: list[Row]) -> None:
    cut, duplicates = remove_overlap(SplitRows(train=train, dev=dev, test=test))
    keys = [{content_key(row.text) for row in part} for part in (cut.train, cut.dev, cut.test)]
    assert not (keys[0] & keys[1] or keys[0] & keys[2] or keys[1] & keys[2])
    assert cut.test == test
    assert len(train) - len(cut.train) == duplicates.removed_from_train
    assert len(dev) - len(cut.dev) == duplicates.dev_in_test
    assert {content_key(row.text) for row in [*train, *dev, *test]} == set.union(*keys)


def test_each_kind_of_duplicate_is_counted() -> None:
    train = [*rows("A", "b", "c", "c", "d"), *rows("C ", label="y")]
    _, duplicates = remove_overlap(SplitRows(train=train, dev=rows("b", "e"), test=rows("a", "E")))
    assert (duplicates.train_in_test, duplicates.train_in_dev, duplicates.dev_in_test) == (1, 1, 1)
    assert (duplicates.repeated_in_train, duplicates.conflicting_in_train) == (2, 1)


@given(st.lists(st.text(), unique=True), st.integers(1, 30), st.integers(1, 30))
def test_a_smaller_choice_is_part_of_a_larger_one_and_keeps_the_order(texts: list[str], few: int, more: int) -> None:
    few, more = sorted((few, more))
    small, large = (first_by_hash(texts, texts, count) for count in (few, more))
    assert len(large) == min(more, len(texts))
    assert [text for text in large if text in set(small)] == small
    assert [text for text in texts if text in set(large)] == large
    assert set(first_by_hash(texts[::-1], texts[::-1], few)) == set(small)
    assert first_by_hash(texts, texts, None) == texts
