"""A task: labelled text in three splits, one or two text fields."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, final

import numpy as np

from rosearch.core.component import Component
from rosearch.core.errors import TaskError
from rosearch.core.events import Listener, ignore
from rosearch.core.fingerprint import fingerprint, fingerprint_texts
from rosearch.core.protocols import IntArray, Text
from rosearch.core.text import all_fields
from rosearch.data.rows import BadRows
from rosearch.data.splits import Duplicates, content_key, share_of


@final
@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """Texts with their labels.

    Args:
        texts: All with one text field, or all with two.
        labels: Index of the class of each text, int64, shape ``(n,)``; made read-only.
    """

    texts: tuple[Text, ...]
    labels: IntArray

    def __post_init__(self) -> None:
        labels = np.array(self.labels, dtype=np.int64)
        if labels.shape != (len(self.texts),):
            raise ValueError(f"{len(self.texts)} texts need as many labels, got shape {labels.shape}")
        labels.setflags(write=False)
        object.__setattr__(self, "texts", tuple(self.texts))
        object.__setattr__(self, "labels", labels)

    def __len__(self) -> int:
        return len(self.texts)

    def __repr__(self) -> str:
        return f"Split({len(self):,} texts)"

    def take(self, rows: Iterable[int] | IntArray) -> "Split":
        """Returns the rows asked for, in the order asked for."""
        chosen = np.fromiter(rows, dtype=np.int64)
        return Split(tuple(self.texts[row] for row in chosen), self.labels[chosen])

    def class_counts(self, classes: int) -> IntArray:
        """Returns the number of texts of each class, shape ``(classes,)``."""
        return np.bincount(self.labels, minlength=classes)

    @cached_property
    def fingerprint(self) -> str:
        """Names the texts and labels, in their order."""
        return fingerprint([fingerprint_texts(all_fields(self.texts)), self.labels.tolist(), self.text_fields])

    @property
    def text_fields(self) -> int:
        """Text fields of each example: 1 or 2."""
        return 2 if self.texts and isinstance(self.texts[0], tuple) else 1


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Task:
    """What is classified.

    Args:
        name: What tables call it.
        label_names: Names of the classes, in the order of the label numbers.
        train: What students learn from.
        dev: What selects epochs, architectures and finalists.
        test: What finalists are measured on, once.
        duplicates: What was found in several places and removed.
        bad_rows: What did not fit and was left out, as asked for.
        provenance: Where the texts come from, and what was done to them.
        unlabelled: Texts that students learn from by the teacher's answers alone; none equals one of a split.

    Raises:
        TaskError: If a split is empty, a class has no training text, or a label has no name.
    """

    name: str
    label_names: tuple[str, ...]
    train: Split
    dev: Split
    test: Split
    duplicates: Duplicates = field(default_factory=Duplicates)
    bad_rows: BadRows = field(default_factory=BadRows)
    provenance: str = ""
    unlabelled: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        for split_name in ("train", "dev", "test"):
            self._check(split_name, getattr(self, split_name))
        counts = self.train.class_counts(self.classes)
        if not counts.all():
            name = self.label_names[int(counts.argmin())]
            raise TaskError(
                f"Task {self.name!r}: no training text has the label {name!r}. "
                "Give some, or leave the label out of [task] labels."
            )
        if any((2 if isinstance(text, tuple) else 1) != self.text_fields for text in self.unlabelled):
            raise TaskError(f"Task {self.name!r}: unlabelled texts and train differ in their number of text fields.")

    def _check(self, split_name: str, split: Split) -> None:
        if not len(split):
            raise TaskError(f"Task {self.name!r}: the {split_name} split is empty. Give more rows or a larger share.")
        if split.labels.min() < 0 or split.labels.max() >= self.classes:
            raise TaskError(f"Task {self.name!r}: {split_name} has a label outside 0 ... {self.classes - 1}.")
        if split.text_fields != self.train.text_fields:
            raise TaskError(f"Task {self.name!r}: {split_name} and train differ in their number of text fields.")

    @property
    def classes(self) -> int:
        """Number of classes."""
        return len(self.label_names)

    @property
    def text_fields(self) -> int:
        """Text fields of each example: 1 or 2."""
        return self.train.text_fields

    @cached_property
    def fingerprint(self) -> str:
        """Names the content: equal label names and splits, equal fingerprint; name and provenance do not count."""
        parts = [split.fingerprint for split in (self.train, self.dev, self.test)]
        if self.unlabelled:
            parts.append(fingerprint_texts(all_fields(self.unlabelled)))
        return fingerprint([self.label_names, *parts])

    def with_unlabelled(self, texts: Iterable[Text], *, most: int | None = None) -> "Task":
        """Returns the task with a transfer set: texts without labels, which only a teacher can say something of.

        Args:
            texts: Repetitions, and texts that stand in a split, are left out.
            most: How many to keep, those with the smallest hashes; None keeps all.
        """
        known = {content_key(text) for split in (self.train, self.dev, self.test) for text in split.texts}
        fresh = {key: text for text in texts if (key := content_key(text)) not in known}
        kept = set(sorted(fresh, key=lambda key: share_of(key, "unlabelled"))[:most])
        return replace(self, unlabelled=tuple(text for key, text in fresh.items() if key in kept))

    def to_record(self) -> dict[str, Any]:
        """Returns what the texts are, without the texts, as plain data for the journal."""
        splits = {name: getattr(self, name) for name in ("train", "dev", "test")}
        return {
            "name": self.name,
            "provenance": self.provenance,
            "label_names": list(self.label_names),
            "texts": {name: len(split) for name, split in splits.items()},
            "unlabelled": len(self.unlabelled),
            "class_counts": {name: split.class_counts(self.classes).tolist() for name, split in splits.items()},
            "duplicates": asdict(self.duplicates),
            "bad_rows": self.bad_rows.to_record(),
        }

    @staticmethod
    def from_files(*, listener: Listener = ignore, **fields: Any) -> "Task":
        """Reads a task from CSV, TSV, JSON Lines or Parquet files.

        Args:
            listener: Hears what was found and removed.
            **fields: Those of `rosearch.data.files.Files`: ``train``, and if wanted ``dev``, ``test``, ``text``,
                ``label``, ``labels``, ``label_names``, ``dev_share``, ``test_share``, ``max_train``,
                ``skip_bad_rows``, ...

        Raises:
            TaskError: If a file cannot be read or a row does not fit; file and line are named.
        """
        return TaskSource.from_config({"kind": "files", **fields}).load(listener)

    @staticmethod
    def from_rows(
        train: Iterable[tuple[Text, str | int]],
        *,
        dev: Iterable[tuple[Text, str | int]] | None = None,
        test: Iterable[tuple[Text, str | int]] | None = None,
        name: str = "rows",
        labels: tuple[str | int, ...] | None = None,
        label_names: tuple[str, ...] | None = None,
        dev_share: float = 0.1,
        test_share: float = 0.1,
    ) -> "Task":
        """Makes a task from pairs of a text and its label.

        Args:
            train: Pairs to learn from; what is not given beside it is cut out of it by a hash of the text.
            dev: Pairs to select on.
            test: Pairs to measure on.
            name: What tables call the task.
            labels: The labels in the order of the classes; None orders those that occur.
            label_names: How to show the labels; None shows them as they are.
            dev_share: Expected share of the texts for dev where that is not given.
            test_share: Expected share of the texts for test where that is not given.

        Raises:
            TaskError: If a pair does not fit.
        """
        from rosearch.data.assembly import Assembly, rows_from_pairs

        assembly = Assembly(
            name=name,
            labels=None if labels is None else tuple(map(str, labels)),
            label_names=label_names,
            dev_share=dev_share,
            test_share=test_share,
            provenance="given as rows",
        )
        given = {"train": train, "dev": dev, "test": test}
        rows = {
            split: None if pairs is None else rows_from_pairs(pairs, split, labels=assembly.labels)
            for split, pairs in given.items()
        }
        return assembly.build(rows["train"] or [], rows["dev"], rows["test"])


class TaskSource(Component, ABC):
    """Base of what gives a task: configuration that says where the texts are."""

    family: ClassVar[str] = "task"
    members: ClassVar[tuple[str, ...]] = (
        "rosearch.data.files",
        "rosearch.data.hub",
        "rosearch.data.rotten_tomatoes",
        "rosearch.data.sms_spam",
        "rosearch.data.trec",
    )

    @abstractmethod
    def load(self, listener: Listener = ignore) -> Task:
        """Reads, checks and splits the texts.

        Args:
            listener: Hears the progress, and what was found and removed.

        Raises:
            TaskError: If the texts do not fit; file and line are named.
            AssetError: If a file cannot be fetched.
        """
