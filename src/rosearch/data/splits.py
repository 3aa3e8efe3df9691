"""Which text belongs to which split: by content, so that order and additions change nothing."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar, final

import numpy as np

from rosearch.core.protocols import Text
from rosearch.data.rows import Row

SplitName = Literal["train", "dev", "test"]
T = TypeVar("T")


@final
@dataclass(frozen=True, kw_only=True)
class Duplicates:
    """How many texts stood in more than one place; equal means equal up to case and white space.

    Args:
        train_in_test: Rows removed from train because test holds the text.
        train_in_dev: Rows removed from train because dev holds the text.
        dev_in_test: Rows removed from dev because test holds the text.
        repeated_in_train: Rows of train that repeat an earlier one; they stay.
        conflicting_in_train: Texts of train that carry more than one label; they stay.
    """

    train_in_test: int = 0
    train_in_dev: int = 0
    dev_in_test: int = 0
    repeated_in_train: int = 0
    conflicting_in_train: int = 0

    @property
    def removed_from_train(self) -> int:
        """Rows that train lost."""
        return self.train_in_test + self.train_in_dev


@final
@dataclass(frozen=True, kw_only=True)
class SplitRows:
    """The rows of the three splits.

    Args:
        train: What students learn from.
        dev: What selects.
        test: What is touched once, at the end.
    """

    train: list[Row]
    dev: list[Row]
    test: list[Row]


def content_key(text: Text) -> str:
    """Returns what makes two texts the same: case and white space do not count."""
    fields = (text,) if isinstance(text, str) else text
    return "\x1f".join(" ".join(field.casefold().split()) for field in fields)


def share_of(key: str, purpose: str) -> float:
    """Maps a key to a number in [0, 1), evenly over keys and independently for each purpose."""
    digest = hashlib.sha256(f"{purpose}\x1f{key}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def assign_split(key: str, *, dev_share: float, test_share: float) -> SplitName:
    """Draws the split of a key from a hash of the key alone.

    Args:
        key: What stays together: the content of a text, or the name of a group of texts.
        dev_share: Expected share of keys in dev.
        test_share: Expected share of keys in test.
    """
    share = share_of(key, "split")
    if share < test_share:
        return "test"
    return "dev" if share < test_share + dev_share else "train"


def complete_splits(
    train: list[Row], dev: list[Row] | None, test: list[Row] | None, *, dev_share: float, test_share: float
) -> SplitRows:
    """Cuts the splits that are not given out of train."""
    drawn: dict[SplitName, list[Row]] = {"train": [], "dev": [], "test": []}
    shares = {
        "dev_share": dev_share if dev is None else 0.0,
        "test_share": test_share if test is None else 0.0,
    }
    for row in train:
        drawn[assign_split(content_key(row.text), **shares)].append(row)
    return SplitRows(
        train=drawn["train"],
        dev=drawn["dev"] if dev is None else dev,
        test=drawn["test"] if test is None else test,
    )


def remove_overlap(splits: SplitRows) -> tuple[SplitRows, Duplicates]:
    """Removes texts that stand in several splits: test keeps them before dev, and dev before train."""
    test_keys = {content_key(row.text) for row in splits.test}
    dev_keys = {content_key(row.text) for row in splits.dev}
    dev = [row for row in splits.dev if content_key(row.text) not in test_keys]
    train: list[Row] = []
    labels: dict[str, set[str]] = defaultdict(set)
    in_test = in_dev = 0
    for row in splits.train:
        key = content_key(row.text)
        if key in test_keys:
            in_test += 1
        elif key in dev_keys:
            in_dev += 1
        else:
            train.append(row)
            labels[key].add(row.label)
    duplicates = Duplicates(
        train_in_test=in_test,
        train_in_dev=in_dev,
        dev_in_test=len(splits.dev) - len(dev),
        repeated_in_train=len(train) - len(labels),
        conflicting_in_train=sum(len(names) > 1 for names in labels.values()),
    )
    return SplitRows(train=train, dev=dev, test=splits.test), duplicates


def first_by_hash(items: Sequence[T], keys: Sequence[str], count: int | None) -> list[T]:
    """Returns at most ``count`` items in their order, chosen by a hash of their keys.

    A smaller choice is part of every larger one; classes keep their shares only in expectation.

    Args:
        items: What to choose from.
        keys: One for each item.
        count: How many to keep at most; None keeps all.
    """
    if count is None or count >= len(items):
        return list(items)
    shares = np.array([share_of(key, "cap") for key in keys])
    return [items[index] for index in np.sort(np.argsort(shares, kind="stable")[:count])]
