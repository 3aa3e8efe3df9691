"""A task from the user's own files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, final

from rosearch.core.events import Listener, ignore
from rosearch.data.readers import read_rows, read_texts
from rosearch.data.row_source import RowSource
from rosearch.data.task import Task


@final
@dataclass(frozen=True, kw_only=True)
class Files(RowSource):
    """Labelled text in CSV or TSV (with a header line), JSON Lines or Parquet files.

    Without ``dev`` or ``test``, these are cut out of ``train`` by a hash of each text: the order of the rows and rows
    added later change nothing. Texts that stand in several splits are removed: test keeps them before dev, and dev
    before train. Caps keep the texts with the smallest hashes, the same ones whatever the order of the rows; the others
    are never held, so that a small choice of a large file needs little memory.

    Args:
        train: The file to learn from.
        dev: The file to select on.
        test: The file to measure on, once, at the end.
        unlabelled: A file of texts without labels, or whose labels are not read, that students learn from by the
            teacher's answers alone; ``[fitness.scheme.schedule] transfer`` says how many of them. Those that stand in
            a split are left out.
        max_unlabelled: Most of them to keep, those with the smallest hashes.
        name: What tables call the task; without it the file's name, or its folder's where the file is called train.
    """

    kind: Literal["files"] = "files"
    train: Path
    dev: Path | None = None
    test: Path | None = None
    unlabelled: Path | None = None
    max_unlabelled: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.max_unlabelled is not None and self.max_unlabelled < 1:
            raise ValueError("max_unlabelled must be at least 1")

    def load(self, listener: Listener = ignore) -> Task:
        """Reads, checks and splits the files.

        Args:
            listener: Hears the progress, and what was found and removed.

        Raises:
            TaskError: If a file cannot be read or a row does not fit; file and line are named.
        """
        given = {"train": self.train, "dev": self.dev, "test": self.test}
        paths = {split: Path(path) for split, path in given.items() if path is not None}
        sieve, labels = self.sieve(), self.label_strings
        rows = {
            split: read_rows(path, text=self.text, label=self.label, labels=labels, sieve=sieve, listener=listener)
            for split, path in paths.items()
        }
        assembly = self.assembly(
            name=_name(paths["train"]),
            provenance="files: " + ", ".join(f"{split} {path.name}" for split, path in paths.items()),
        )
        task = assembly.build(rows["train"], rows.get("dev"), rows.get("test"), sieve=sieve, listener=listener)
        if self.unlabelled is None:
            return task
        texts = read_texts(Path(self.unlabelled), text=self.text, sieve=self.sieve(), listener=listener)
        return task.with_unlabelled(texts, most=self.max_unlabelled)


def _name(train: Path) -> str:
    return train.resolve().parent.name if train.stem.lower() == "train" else train.stem
