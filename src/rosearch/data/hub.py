"""A task from a data set of the Hugging Face hub, or from a folder that its library reads."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, final

from rosearch.core.component import nearest
from rosearch.core.errors import TaskError
from rosearch.core.events import Listener, Progress, ignore
from rosearch.core.network import FORBIDDEN, is_offline
from rosearch.data.readers import checked
from rosearch.data.row_source import RowSource
from rosearch.data.rows import Row, Sieve
from rosearch.data.task import Task

if TYPE_CHECKING:
    from datasets import Dataset

BATCH_ROWS = 4096
SAVED = ("dataset_dict.json", "state.json")
"""What lies in a folder that ``save_to_disk`` wrote."""


@final
@dataclass(frozen=True, kw_only=True)
class Hub(RowSource):
    """Labelled text in a data set of the Hugging Face hub or in a local folder; needs the extra ``datasets``.

    A folder is what ``save_to_disk`` of the datasets library wrote, or holds files that it reads. No code of a data set
    is run. Where the label is one of the library's class labels, its names are the labels, in its order. Splits that
    are not named are cut out of ``train``, duplicates removed and sizes capped as for files.

    Args:
        dataset: A hub id, such as ``cornell-movie-review-data/rotten_tomatoes``, or a folder.
        configuration: Which of the data set's configurations; empty for its default.
        revision: A commit, branch or tag on the hub; None for the newest. Pin it, so that a resumed search finds the
            same texts.
        train: Name of the split to learn from.
        dev: Name of the split to select on; empty cuts it out of train.
        test: Name of the split to measure on; empty cuts it out of train. That of a benchmark often has no labels.
        name: What tables call the task; without it the last part of ``dataset``.
    """

    kind: Literal["hub"] = "hub"
    dataset: str
    configuration: str = ""
    revision: str | None = None
    train: str = "train"
    dev: str = ""
    test: str = ""

    def load(self, listener: Listener = ignore) -> Task:
        """Reads, checks and splits the data set.

        Args:
            listener: Hears the progress, and what was found and removed.

        Raises:
            TaskError: If the data set cannot be had, lacks a split or a column, or a row does not fit.
        """
        splits = self._splits()
        parts = {split: self._part(splits, name) for split, name in self._names.items()}
        labels = self.label_strings or _class_names(parts["train"], self.label)
        source = self if self.labels or labels is None else replace(self, labels=labels)
        sieve = source.sieve()
        rows = {split: source.rows(part, self._names[split], sieve, listener) for split, part in parts.items()}
        name = self.dataset.rstrip("/").rpartition("/")[2]
        provenance = ", ".join(f"{split} {name}" for split, name in self._names.items())
        assembly = source.assembly(name=name, provenance=f"data set {self.dataset}: {provenance}")
        return assembly.build(rows["train"], rows.get("dev"), rows.get("test"), sieve=sieve, listener=listener)

    def rows(self, part: "Dataset", split: str, sieve: Sieve, listener: Listener) -> Iterator[Row]:
        """Yields the rows of a split that fit.

        Args:
            part: The split.
            split: Its name.
            sieve: Decides about the others.
            listener: Hears the progress.
        """
        return sieve.good(checked(self._values(part, split, listener), self.label_strings), f"{self.dataset}/{split}")

    @property
    def _fields(self) -> tuple[str, ...]:
        return (*((self.text,) if isinstance(self.text, str) else self.text), self.label)

    @property
    def _names(self) -> Mapping[str, str]:
        """The data set's name of each split that is not cut out of train."""
        names = {"train": self.train, "dev": self.dev, "test": self.test}
        return {split: name for split, name in names.items() if name}

    def _splits(self) -> "Mapping[str, Dataset]":
        try:
            import datasets
        except ImportError:
            raise TaskError(
                "A task of the kind hub needs the datasets library: pip install 'rosearch[datasets]'. "
                "Or save the data set as Parquet, and use the kind files."
            ) from None
        folder = Path(self.dataset)
        try:
            with _quiet():
                if any((folder / name).is_file() for name in SAVED):
                    loaded: Any = datasets.load_from_disk(self.dataset)
                else:
                    loaded = datasets.load_dataset(self.dataset, self.configuration or None, revision=self.revision)
        # The library raises what its readers raise, whatever that is.
        except Exception as error:
            raise TaskError(f"{self.dataset}: cannot be loaded: {_reason(error)}.{self._remedy()}") from error
        return {self.train: loaded} if isinstance(loaded, datasets.Dataset) else loaded

    def _remedy(self) -> str:
        if Path(self.dataset).exists():
            return ""
        if is_offline():
            return f" It is no folder, and {FORBIDDEN}."
        return " It is no folder; is it the right hub id?"

    def _part(self, splits: "Mapping[str, Dataset]", name: str) -> "Dataset":
        if name not in splits:
            raise TaskError(f"{self.dataset}: no split {name!r}. {nearest(name, splits)}")
        for field in self._fields:
            if field not in splits[name].column_names:
                raise TaskError(
                    f"{self.dataset}/{name}: no column {field!r}. {nearest(field, splits[name].column_names)} "
                    "Set [task] text and label to those that count."
                )
        return splits[name]

    def _values(self, part: "Dataset", split: str, listener: Listener) -> Iterator[tuple[int, tuple[Any, ...]]]:
        names, done = _class_names(part, self.label), 0
        for batch in part.select_columns(list(self._fields)).iter(BATCH_ROWS):
            *texts, labels = (batch[field] for field in self._fields)
            if names is not None:
                labels = [names[label] if label is not None and 0 <= label < len(names) else label for label in labels]
            yield from enumerate(zip(*texts, labels, strict=True), start=done + 1)
            done += len(labels)
            stage = f"task: reading {split} of {self.dataset}"
            listener(Progress(stage=stage, done=done, total=len(part), unit="rows"))


def _class_names(part: "Dataset", label: str) -> tuple[str, ...] | None:
    """Returns the names behind the numbers of a label column; None where it has none."""
    names = getattr(part.features[label], "names", None)
    return None if names is None else tuple(names)


def _reason(error: Exception) -> str:
    """Returns the first line of what went wrong, and of what was behind it."""
    lines = [str(part).strip().partition("\n")[0][:300].rstrip(".") for part in (error, error.__cause__) if part]
    return ": ".join(line for line in lines if line) or type(error).__name__


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps the library off the terminal for a block: its errors are told in one sentence."""
    from datasets.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars, logging

    shown, verbosity = not are_progress_bars_disabled(), logging.get_verbosity()
    disable_progress_bars()
    logging.set_verbosity(logging.CRITICAL)
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if shown:
            enable_progress_bars()
