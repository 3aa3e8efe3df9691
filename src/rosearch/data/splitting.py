"""Each row finds its split as it comes by; no text is held that is not kept."""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import final

import numpy as np

from rosearch.data.labels import MAX_CLASSES, order_labels
from rosearch.data.reservoir import Reservoir
from rosearch.data.rows import Row
from rosearch.data.splits import Duplicates, SplitName, assign_split, content_key, hash_of


@final
class Splitting:
    """Cuts missing splits out of train, removes texts that stand in several, and keeps as many as are wanted.

    Texts are compared by 64 bits of a hash: in two million of them, one pair in ten million times looks equal and is
    not. A dev file beside no test file is held whole until train has been read, since test is cut out of train.

    Args:
        dev_share: Expected share of the texts for dev where that is not given.
        test_share: Expected share of the texts for test where that is not given.
        caps: Most texts to keep of each split; None keeps all.
        labels: The labels in the order of the classes; None numbers those that occur as they come.
    """

    def __init__(
        self,
        *,
        dev_share: float,
        test_share: float,
        caps: Mapping[SplitName, int | None],
        labels: tuple[str, ...] | None = None,
    ) -> None:
        self.kept: Mapping[SplitName, Reservoir] = {name: Reservoir(cap) for name, cap in caps.items()}
        """The texts of each split."""
        self.codes = {label: code for code, label in enumerate(labels or ())}
        """The number that stands for each label."""
        self.counts: Mapping[SplitName, Counter[int]] = {name: Counter() for name in caps}
        """Rows of each split by label, before caps."""
        self._dev_share, self._test_share = dev_share, test_share
        self._test_keys: set[int] = set()
        self._dev_keys: set[int] = set()
        self._train_keys, self._train_codes = array("Q"), array("i")
        self._removed: Counter[str] = Counter()

    def take(self, train: Iterable[Row], dev: Iterable[Row] | None, test: Iterable[Row] | None) -> None:
        """Reads all rows once, test first.

        Args:
            train: What to learn from, and to cut the missing splits from.
            dev: What to select on, or None.
            test: What to measure on, or None.

        Raises:
            TaskError: If the labels are too many to be classes.
        """
        for row in test or ():
            key = _key(content_key(row.text))
            self._test_keys.add(key)
            self._keep("test", key, row)
        held: list[tuple[int, Row]] = []
        for row in dev or ():
            key = _key(content_key(row.text))
            self._dev_keys.add(key)
            if test is None:
                held.append((key, row))
            else:
                self._take_dev(key, row)
        self._dev_share = self._dev_share if dev is None else 0.0
        self._test_share = self._test_share if test is None else 0.0
        for row in train:
            self._take_train(row)
        for key, row in held:
            self._take_dev(key, row)

    @property
    def duplicates(self) -> Duplicates:
        """What was found in several places."""
        keys, codes = np.array(self._train_keys, dtype=np.uint64), np.array(self._train_codes)
        order = np.lexsort((codes, keys))
        keys, codes = keys[order], codes[order]
        same_text = keys[1:] == keys[:-1]
        conflicting = keys[1:][same_text & (codes[1:] != codes[:-1])]
        return Duplicates(
            **self._removed, repeated_in_train=int(same_text.sum()), conflicting_in_train=len(np.unique(conflicting))
        )

    def _take_train(self, row: Row) -> None:
        content = content_key(row.text)
        key = _key(content)
        split = assign_split(content, dev_share=self._dev_share, test_share=self._test_share)
        if split == "test":
            if self._dev_keys:
                self._test_keys.add(key)
            self._keep("test", key, row)
        elif split == "dev":
            self._take_dev(key, row)
        elif key in self._test_keys:
            self._removed["train_in_test"] += 1
        elif key in self._dev_keys:
            self._removed["train_in_dev"] += 1
        else:
            self._train_keys.append(key)
            self._train_codes.append(self._keep("train", key, row))

    def _take_dev(self, key: int, row: Row) -> None:
        if key in self._test_keys:
            self._removed["dev_in_test"] += 1
        else:
            self._keep("dev", key, row)

    def _keep(self, split: SplitName, key: int, row: Row) -> int:
        """Offers a row to its split and returns the number of its label."""
        code = self.codes.get(row.label)
        if code is None:
            code = self.codes[row.label] = len(self.codes)
            if code == MAX_CLASSES:
                # A column of numbers or texts shall not fill the memory before it is refused.
                order_labels(self.codes)
        self.counts[split][code] += 1
        self.kept[split].offer(key, row.text, code)
        return code


def _key(content: str) -> int:
    """Stands for a text, and orders texts where only some are kept."""
    return hash_of(content, "cap")
