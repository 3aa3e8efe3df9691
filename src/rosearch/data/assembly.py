"""From rows to a task: splits completed, duplicates removed, sizes capped, labels numbered."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import final

from rosearch.core.errors import TaskError
from rosearch.core.events import Listener, Notice, ignore
from rosearch.core.protocols import Text
from rosearch.data.labels import number_labels, order_labels
from rosearch.data.rows import Row, check_row, only_good
from rosearch.data.splits import Duplicates, SplitRows, complete_splits, content_key, first_by_hash, remove_overlap
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
    provenance: str = ""

    def build(
        self, train: list[Row], dev: list[Row] | None, test: list[Row] | None, *, listener: Listener = ignore
    ) -> Task:
        """Makes the task.

        Args:
            train: What to learn from, and to cut the missing splits from.
            dev: What to select on, or None.
            test: What to measure on, or None.
            listener: Hears what was found and removed.

        Raises:
            TaskError: If the labels are no classes or a split stays empty.
        """
        splits = complete_splits(train, dev, test, dev_share=self.dev_share, test_share=self.test_share)
        splits, duplicates = remove_overlap(splits)
        classes = self.labels or order_labels({row.label for row in [*splits.train, *splits.dev, *splits.test]})
        names = self.label_names or classes
        if len(names) != len(classes):
            raise TaskError(f"{len(names)} label names for {len(classes)} labels: {', '.join(classes[:20])}.")
        _announce(duplicates, listener)
        return Task(
            name=self.name,
            label_names=names,
            **{name: _split(rows, classes) for name, rows in self._capped(splits).items()},
            duplicates=duplicates,
            provenance=self.provenance,
            unlabelled=(),
        )

    def _capped(self, splits: SplitRows) -> dict[str, list[Row]]:
        caps = {"train": self.max_train, "dev": self.max_dev, "test": self.max_test}
        rows = {name: getattr(splits, name) for name in caps}
        return {
            name: first_by_hash(rows[name], [content_key(row.text) for row in rows[name]] if cap else [], cap)
            for name, cap in caps.items()
        }


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
    return only_good(iter(rows), split)


def _split(rows: list[Row], classes: tuple[str, ...]) -> Split:
    return Split(tuple(row.text for row in rows), number_labels([row.label for row in rows], classes))


def _announce(duplicates: Duplicates, listener: Listener) -> None:
    counts = Counter({item.name: getattr(duplicates, item.name) for item in fields(duplicates)})
    for name, sentence in _SENTENCES.items():
        if counts[name]:
            listener(Notice(text=sentence.format(f"{counts[name]:,}")))
