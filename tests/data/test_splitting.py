"""Rows that come by one after the other find the splits that the plain definition gives, with caps and duplicates."""

from collections import defaultdict
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosearch.core.errors import TaskError
from rosearch.data.labels import MAX_CLASSES
from rosearch.data.reservoir import Reservoir
from rosearch.data.rows import Row
from rosearch.data.splits import Duplicates, SplitName, assign_split, content_key, hash_of
from rosearch.data.splitting import Splitting

SPLITS: tuple[SplitName, ...] = ("train", "dev", "test")
WORDS = [
    f"{word}{end}" for word in ("good", "bad", "dull", "long", "short", "fine") for end in ("", " ", " one", " two")
]
TEXTS = st.sampled_from([*WORDS, *(word.upper() for word in WORDS)])
ROWS = st.lists(st.builds(Row, text=TEXTS, label=st.sampled_from("xyz"), line=st.just(1)), max_size=25)
CAPS = st.fixed_dictionaries({name: st.none() | st.integers(1, 6) for name in SPLITS})
Contents = dict[SplitName, list[tuple[str, str]]]


def found(train: list[Row], dev: list[Row] | None, test: list[Row] | None, caps: dict) -> tuple[Contents, Duplicates]:
    splitting = Splitting(dev_share=0.2, test_share=0.3, caps=caps)
    splitting.take(iter(train), None if dev is None else iter(dev), None if test is None else iter(test))
    names = {code: label for label, code in splitting.codes.items()}
    contents: Contents = {}
    for split, kept in splitting.kept.items():
        texts, codes = kept.contents()
        contents[split] = [(text, names[code]) for text, code in zip(texts, codes, strict=True)]  # type: ignore[misc]
    return contents, splitting.duplicates


def plainly(train: list[Row], dev: list[Row] | None, test: list[Row] | None, caps: dict) -> tuple[Contents, Duplicates]:
    """Splits, then removes, then caps, with everything in memory."""
    shares = {"dev_share": 0.0 if dev is not None else 0.2, "test_share": 0.0 if test is not None else 0.3}
    drawn: dict[SplitName, list[Row]] = {name: [] for name in SPLITS}
    for row in train:
        drawn[assign_split(content_key(row.text), **shares)].append(row)
    tests = drawn["test"] if test is None else test
    devs = drawn["dev"] if dev is None else dev
    test_keys, dev_keys = ({content_key(row.text) for row in rows} for rows in (tests, devs))
    kept_dev = [row for row in devs if content_key(row.text) not in test_keys]
    kept_train = [row for row in drawn["train"] if content_key(row.text) not in test_keys | dev_keys]
    labels = defaultdict(set)
    for row in kept_train:
        labels[content_key(row.text)].add(row.label)
    in_test = sum(content_key(row.text) in test_keys for row in drawn["train"])
    duplicates = Duplicates(
        train_in_test=in_test,
        train_in_dev=len(drawn["train"]) - len(kept_train) - in_test,
        dev_in_test=len(devs) - len(kept_dev),
        repeated_in_train=len(kept_train) - len(labels),
        conflicting_in_train=sum(len(names) > 1 for names in labels.values()),
    )
    whole: dict[SplitName, list[Row]] = {"train": kept_train, "dev": kept_dev, "test": tests}
    contents: Contents = {}
    for split, rows in whole.items():
        places = sorted(range(len(rows)), key=lambda place: (hash_of(content_key(rows[place].text), "cap"), place))
        contents[split] = [(str(rows[place].text), rows[place].label) for place in sorted(places[: caps[split]])]
    return contents, duplicates


@given(ROWS, st.none() | ROWS, st.none() | ROWS, CAPS)
def test_one_pass_gives_what_the_plain_definition_gives(
    train: list[Row], dev: list[Row] | None, test: list[Row] | None, caps: dict[SplitName, int | None]
) -> None:
    assert found(train, dev, test, caps) == plainly(train, dev, test, caps)


@given(ROWS, ROWS, ROWS)
def test_no_text_is_in_two_splits_and_none_is_lost(train: list[Row], dev: list[Row], test: list[Row]) -> None:
    contents, duplicates = found(train, dev, test, dict.fromkeys(SPLITS))
    keys = [{content_key(text) for text, _ in contents[split]} for split in SPLITS]
    assert not (keys[0] & keys[1] or keys[0] & keys[2] or keys[1] & keys[2])
    assert contents["test"] == [(row.text, row.label) for row in test]
    assert len(train) - len(contents["train"]) == duplicates.removed_from_train
    assert len(dev) - len(contents["dev"]) == duplicates.dev_in_test
    assert {content_key(row.text) for row in [*train, *dev, *test]} == set.union(*keys)


@given(ROWS, CAPS, st.randoms())
def test_order_and_additions_move_no_text(train: list[Row], caps: dict[SplitName, int | None], random: object) -> None:
    unique = list({content_key(row.text): row for row in train}.values())
    shuffled = list(unique)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = (found(rows, None, None, caps)[0] for rows in (unique, shuffled))
    assert all(sorted(first[split]) == sorted(second[split]) for split in SPLITS)
    half, all_of_them = (found(rows, None, None, dict.fromkeys(SPLITS))[0] for rows in (unique[::2], unique))
    assert all(set(half[split]) <= set(all_of_them[split]) for split in SPLITS)


def test_each_kind_of_duplicate_is_counted() -> None:
    train = [Row(text, "x", 1) for text in ("A", "b", "c", "c", "d")] + [Row("C ", "y", 1)]
    dev, test = ([Row(text, "x", 1) for text in texts] for texts in (("b", "e"), ("a", "E")))
    _, duplicates = found(train, dev, test, dict.fromkeys(SPLITS))
    assert (duplicates.train_in_test, duplicates.train_in_dev, duplicates.dev_in_test) == (1, 1, 1)
    assert (duplicates.repeated_in_train, duplicates.conflicting_in_train) == (2, 1)


def test_a_column_that_holds_no_classes_ends_the_reading_early() -> None:
    read = 0

    def rows() -> Iterator[Row]:
        nonlocal read
        for read in range(100_000):
            yield Row(f"text {read}", f"{read / 7:.4f}" if read else "0.5", read)

    with pytest.raises(TaskError, match=r"look like measurements \('0\.\d+'\), not classes"):
        Splitting(dev_share=0.1, test_share=0.1, caps=dict.fromkeys(SPLITS)).take(rows(), None, None)
    assert read == MAX_CLASSES


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), max_size=40), st.integers(1, 20), st.integers(1, 20))
def test_a_smaller_choice_is_part_of_a_larger_one_and_keeps_the_order(
    offers: list[tuple[int, int]], few: int, more: int
) -> None:
    def kept(most: int | None) -> list[tuple[str, int]]:
        reservoir = Reservoir(most)
        for place, (order, label) in enumerate(offers):
            reservoir.offer(order, f"{place:02d}", label)
        texts, labels = reservoir.contents()
        return list(zip(texts, labels.tolist(), strict=True))  # type: ignore[arg-type]

    few, more = sorted((few, more))
    small, large, everything = kept(few), kept(more), kept(None)
    assert everything == [(f"{place:02d}", label) for place, (_, label) in enumerate(offers)]
    assert len(large) == min(more, len(offers))
    assert large == sorted(large)
    assert set(small) <= set(large) <= set(everything)
    smallest = sorted(range(len(offers)), key=lambda place: (offers[place][0], place))[:few]
    assert [text for text, _ in small] == [f"{place:02d}" for place in sorted(smallest)]
