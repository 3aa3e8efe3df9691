"""A task from the user's own files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, final

from rosearch.core.events import Listener, Progress, ignore
from rosearch.data.assembly import Assembly
from rosearch.data.readers import read_rows
from rosearch.data.task import Task, TaskSource


@final
@dataclass(frozen=True, kw_only=True)
class Files(TaskSource):
    """Labelled text in TSV, CSV (with a header line) or JSON Lines files.

    Without ``dev`` or ``test``, these are cut out of ``train`` by a hash of each text: the order of the rows and rows
    added later change nothing. Texts that stand in several splits are removed: test keeps them before dev, and dev
    before train. Caps keep the texts with the smallest hashes, the same ones whatever the order of the rows.

    Args:
        train: The file to learn from.
        dev: The file to select on.
        test: The file to measure on, once, at the end.
        text: Column or key of the text, or two of them for pairs of texts.
        label: Column or key of the label, a name or a whole number.
        labels: The labels in the order of the classes; without it those that occur, numbers by value, names by name.
        label_names: How to show the labels, in the order of the classes.
        name: What tables call the task; without it the file's name, or its folder's where the file is called train.
        dev_share: Expected share of the texts for dev where that is not given.
        test_share: Expected share of the texts for test where that is not given.
        max_train: Most training texts to keep.
        max_dev: Most dev texts to keep.
        max_test: Most test texts to keep.

    Raises:
        ValueError: If shares, caps or labels make no sense.
    """

    kind: Literal["files"] = "files"
    train: Path
    dev: Path | None = None
    test: Path | None = None
    text: str | tuple[str, str] = "text"
    label: str = "label"
    labels: tuple[str | int | float, ...] | None = None
    label_names: tuple[str, ...] | None = None
    name: str = ""
    dev_share: float = 0.1
    test_share: float = 0.1
    max_train: int | None = None
    max_dev: int | None = None
    max_test: int | None = None

    def __post_init__(self) -> None:
        if min(self.dev_share, self.test_share) <= 0 or self.dev_share + self.test_share >= 1:
            raise ValueError("dev_share and test_share must be positive and leave something for train")
        if any(cap is not None and cap < 1 for cap in (self.max_train, self.max_dev, self.max_test)):
            raise ValueError("max_train, max_dev and max_test must be at least 1")
        for names in (self.labels, self.label_names):
            if names is not None and (len(names) < 2 or len({str(name) for name in names}) < len(names)):
                raise ValueError("labels and label_names need two different names or more")

    def load(self, listener: Listener = ignore) -> Task:
        """Reads, checks and splits the files.

        Args:
            listener: Hears the progress, and what was found and removed.

        Raises:
            TaskError: If a file cannot be read or a row does not fit; file and line are named.
        """
        labels = None if self.labels is None else tuple(str(label) for label in self.labels)
        given = {"train": self.train, "dev": self.dev, "test": self.test}
        paths = {split: Path(path) for split, path in given.items() if path is not None}
        rows = {}
        for done, (split, path) in enumerate(paths.items()):
            listener(Progress(stage="task: reading", done=done, total=len(paths), unit="files", detail=path.name))
            rows[split] = read_rows(path, text=self.text, label=self.label, labels=labels)
        listener(Progress(stage="task: reading", done=len(paths), total=len(paths), unit="files"))
        assembly = Assembly(
            name=self.name or _name(paths["train"]),
            labels=labels,
            label_names=self.label_names,
            dev_share=self.dev_share,
            test_share=self.test_share,
            max_train=self.max_train,
            max_dev=self.max_dev,
            max_test=self.max_test,
            provenance="files: " + ", ".join(f"{split} {path.name}" for split, path in paths.items()),
        )
        return assembly.build(rows["train"], rows.get("dev"), rows.get("test"), listener=listener)


def _name(train: Path) -> str:
    return train.resolve().parent.name if train.stem.lower() == "train" else train.stem
