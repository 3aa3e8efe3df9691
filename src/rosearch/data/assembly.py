"""From rows to a task: splits completed, duplicates removed, sizes capped, labels numbered."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import final

import numpy as np

from rosearch.core.errors import TaskError
from rosearch.core.events import Listener, Notice, ignore
from rosearch.core.protocols import IntArray, Text
from rosearch.data.labels import order_labels
from rosearch.data.reservoir import Reservoir
from rosearch.data.rows import BadRows, Row, Sieve, check_row, listed
from rosearch.data.splits import SplitName
from rosearch.data.splitting import Splitting
from rosearch.data.task import Split, Task

_SENTENCES = {
    "train_in_test": "{} training rows are also in test and were removed from training.",
    "train_in_dev": "{} training rows are also in dev and were removed from training.",
    "dev_in_test": "{} dev rows are also in test and were removed from dev.",
    "conflicting_in_train": "{} training texts carry more than one label.",
}


@final
@dataclass(frozen=True, kw_only=True)
class Assembly:
    """How rows become a task.

    Args:
        name: What tables call the task.
        labels: The labels in the order of the classes; None orders those that occur.
        label_names: How to show the labels; None shows them as they are.
        dev_share: Expected share of the texts for dev where that is not given.
        test_share: Expected share of the texts for test where that is not given.
        max_train: Most training texts to keep; None keeps all.
        max_dev: Most dev texts to keep.
        max_test: Most test texts to keep.
        fewest: Texts that each class needs, splits together and before caps.
        provenance: Where the texts come from.
    """

    name: str
    labels: tuple[str, ...] | None = None
    label_names: tuple[str, ...] | None = None
    dev_share: float = 0.1
    test_share: float = 0.1
    max_train: int | None = None
    max_dev: int | None = None
    max_test: int | None = None
    fewest: int = 0
    provenance: str = ""

    def build(
        self,
        train: Iterable[Row],
        dev: Iterable[Row] | None,
        test: Iterable[Row] | None,
        *,
        sieve: Sieve | None = None,
        listener: Listener = ignore,
    ) -> Task:
        """Makes the task; rows are taken as they come, and those that are not kept are not held.

        Args:
            train: What to learn from, and to cut the missing splits from.
            dev: What to select on, or None.
            test: What to measure on, or None.
            sieve: What the rows came through; knows what was left out, and whether rare classes may be.
            listener: Hears what was found and removed.

        Raises:
            TaskError: If the labels are no classes, a class has too few texts, or a split stays empty.
        """
        caps: dict[SplitName, int | None] = {"train": self.max_train, "dev": self.max_dev, "test": self.max_test}
        splitting = Splitting(dev_share=self.dev_share, test_share=self.test_share, caps=caps, labels=self.labels)
        splitting.take(train, dev, test)
        sieve = sieve or Sieve()
        classes, too_rare = self._classes(_label_counts(splitting), skip=sieve.skip)
        names = self.label_names or classes
        if len(names) != len(classes):
            raise TaskError(f"{len(names)} label names for {len(classes)} labels: {listed(classes)}.")
        bad_rows = sieve.bad_rows.plus(too_rare.count, too_rare.places)
        place = {label: number for number, label in enumerate(classes)}
        numbers = np.array([place.get(label, -1) for label in splitting.codes])
        task = Task(
            name=self.name,
            label_names=names,
            **{name: _split(kept, numbers) for name, kept in splitting.kept.items()},
            duplicates=splitting.duplicates,
            bad_rows=bad_rows,
            provenance=self.provenance,
            unlabelled=(),
        )
        for sentence in _sentences(task):
            listener(Notice(text=sentence))
        return task

    def _classes(self, counts: Mapping[str, int], *, skip: bool) -> tuple[tuple[str, ...], BadRows]:
        """Returns the labels of the classes, and the rows of those that are too rare to be one."""
        classes = self.labels or order_labels(counts.keys())
        rare = {label: counts.get(label, 0) for label in classes if counts.get(label, 0) < self.fewest}
        if not rare:
            return classes, BadRows()
        kept = tuple(label for label in classes if label not in rare)
        if not skip or self.labels or len(kept) < 2:
            few = listed([f"{label!r} has {count}" for label, count in rare.items()])
            remedy = "leave it out of [task] labels" if self.labels else "leave it out with --skip-bad-rows"
            raise TaskError(
                f"A class needs {self.fewest} texts or more, and {few}. "
                f"Give more of such a class, {remedy}, or lower [task] min_class_texts."
            )
        places = (f"{count} rows with the label {label!r}: fewer than {self.fewest}" for label, count in rare.items())
        return kept, BadRows().plus(sum(rare.values()), places)


def rows_from_pairs(
    pairs: Iterable[tuple[Text, str | int]], split: str, *, labels: tuple[str, ...] | None = None
) -> list[Row]:
    """Checks pairs of a text and its label.

    Args:
        pairs: What was given.
        split: What an error message calls it.
        labels: The labels that are allowed, or None for any.

    Raises:
        TaskError: If a pair does not fit; its place is counted from 1.
    """
    rows = [
        check_row(place, text if isinstance(text, tuple) else (text,), label, labels=labels)
        for place, (text, label) in enumerate(pairs, start=1)
    ]
    if len({isinstance(row.text, tuple) for row in rows if isinstance(row, Row)}) > 1:
        raise TaskError(f"{split}: some texts have one field, some two. Give all of them alike.")
    return list(Sieve().good(rows, split))


def _label_counts(splitting: Splitting) -> Mapping[str, int]:
    """Counts the rows of each label that is left, in the order in which labels came."""
    total: Counter[int] = sum(splitting.counts.values(), Counter())
    return {label: total[code] for label, code in splitting.codes.items() if total[code]}


def _split(kept: Reservoir, numbers: IntArray) -> Split:
    texts, codes = kept.contents()
    labels = numbers[codes] if len(codes) else codes
    if labels.size and labels.min() < 0:
        texts = [text for text, label in zip(texts, labels, strict=True) if label >= 0]
        labels = labels[labels >= 0]
    return Split(tuple(texts), labels)


def _sentences(task: Task) -> Iterator[str]:
    """Says what a person should know of how the task came about."""
    for name, sentence in _SENTENCES.items():
        if count := getattr(task.duplicates, name):
            yield sentence.format(f"{count:,}")
    yield from task.bad_rows.sentences()
    for name, split in (("dev", task.dev), ("test", task.test)):
        counts = split.class_counts(task.classes)
        if missing := [label for label, count in zip(task.label_names, counts, strict=True) if not count]:
            yield f"No {name} text has the label {listed(missing)}; figures on {name} say nothing of it."
