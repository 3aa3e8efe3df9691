"""A user's own word vectors, such as the counter-fitted ones that TextFooler's authors used."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, final

import numpy as np

from rosearch.core.errors import AssetError
from rosearch.core.events import Listener, Progress, ignore
from rosearch.core.fingerprint import fingerprint, fingerprint_file
from rosearch.data.derived import derived_folder
from rosearch.lexicons.counter_fitting import Vectors
from rosearch.lexicons.vector_lexicon import ONE_WORD, VectorLexicon
from rosearch.lexicons.word_vectors import MOST_NEIGHBOURS, WordVectors

_VERSION = 1


@final
@dataclass(frozen=True, kw_only=True)
class VectorsFile(VectorLexicon):
    """Vectors from a text file with a word and its numbers on each line, such as ``counter-fitted-vectors.txt``.

    A first line of two numbers, as word2vec writes it, is passed over. Words with other than letters, apostrophes and
    hyphens are left out, and of words that differ in case the first stays, in lower case. The neighbours are found
    once and kept in the cache.

    Args:
        path: The file, UTF-8.
        vocabulary: So many words of the file are kept, from its beginning.
        neighbours: Synonyms at most.
        min_cosine: Between a word and its synonyms.

    Raises:
        ValueError: If a number is out of range.
    """

    path: str
    vocabulary: int = 200_000
    neighbours: int = MOST_NEIGHBOURS
    min_cosine: float = 0.5
    kind: Literal["vectors"] = "vectors"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.vocabulary < 2:
            raise ValueError(f"vocabulary must be at least 2, got {self.vocabulary}.")

    def folder(self, listener: Listener = ignore) -> Path:
        """Returns the folder of the table, built first if need be; see ``VectorLexicon``.

        Args:
            listener: Hears the progress.

        Raises:
            AssetError: If the file is missing or is no such table.
        """
        path = Path(self.path)
        if not path.is_file():
            raise AssetError(f"{path}: no such file of word vectors.")
        key = fingerprint([fingerprint_file(path), self.vocabulary, MOST_NEIGHBOURS, _VERSION])
        return derived_folder("vectors", key, lambda folder: _build(folder, path, self.vocabulary, listener))


def _build(folder: Path, path: Path, vocabulary: int, listener: Listener) -> None:
    listener(Progress(stage=f"neighbours of {path.name}", done=0, total=1, unit="steps", detail="once"))
    WordVectors.of(*_read(path, vocabulary)).write(folder)
    listener(Progress(stage=f"neighbours of {path.name}", done=1, total=1, unit="steps", detail="once"))


def _read(path: Path, vocabulary: int) -> tuple[list[str], Vectors]:
    rows: dict[str, Vectors] = {}
    width = None
    with path.open(encoding="utf-8", errors="replace") as handle:
        for number, line in enumerate(handle, start=1):
            fields = line.split()
            if len(rows) == vocabulary:
                break
            if not fields or (number == 1 and len(fields) == 2 and all(field.isdecimal() for field in fields)):
                continue
            width = width or len(fields)
            word = fields[0].lower()
            if len(fields) != width or width < 3:
                raise AssetError(f"{path}:{number}: expected a word and {width - 1} numbers, found {len(fields) - 1}.")
            if word in rows or not ONE_WORD.fullmatch(word):
                continue
            rows[word] = _numbers(path, number, fields[1:])
    if len(rows) < 2:
        raise AssetError(f"{path}: holds fewer than two words of letters with vectors.")
    return list(rows), np.stack(list(rows.values()))


def _numbers(path: Path, line: int, fields: list[str]) -> Vectors:
    try:
        vector = np.array(fields, dtype=np.float32)
    except ValueError:
        raise AssetError(f"{path}:{line}: a vector's entry is not a number.") from None
    if not np.isfinite(vector).all():
        raise AssetError(f"{path}:{line}: a vector's entry is not finite.")
    return vector
