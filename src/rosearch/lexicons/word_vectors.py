"""A table of word vectors with each word's nearest neighbours, kept as memory-mapped arrays."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Self, final

import numpy as np
from numpy.typing import NDArray

from rosearch.core.fingerprint import fingerprint, fingerprint_file
from rosearch.lexicons.counter_fitting import Vectors, unit_rows

MOST_NEIGHBOURS = 50
_FILES = ("words.txt", "vectors.npy", "neighbours.npy", "cosines.npy")
_CHUNK = 1024


@final
class WordVectors:
    """Words, their vectors of unit length, and the neighbours of each word, nearest first.

    Args:
        words: In lower case, each once.
        vectors: float32, shape ``(words, D)``.
        neighbours: Rows of the nearest other words, int32, shape ``(words, K)``.
        cosines: Of these neighbours, float32, shape ``(words, K)``.
    """

    def __init__(self, words: Sequence[str], vectors: Vectors, neighbours: NDArray[np.int32], cosines: Vectors) -> None:
        self.words = words
        self.vectors = vectors
        self.neighbours = neighbours
        self.cosines = cosines

    @classmethod
    def of(cls, words: Sequence[str], vectors: Vectors) -> Self:
        """Finds the neighbours of all words.

        Args:
            words: In lower case, each once.
            vectors: Of any length, shape ``(words, D)``.
        """
        unit = unit_rows(vectors)
        return cls(words, unit, *nearest(unit, np.arange(len(words)), count=min(MOST_NEIGHBOURS, len(words) - 1)))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Maps a table that ``write`` wrote; nothing but the words is read."""
        words = (folder / "words.txt").read_text(encoding="utf-8").split("\n")
        return cls(words, *(np.load(folder / name, mmap_mode="r") for name in _FILES[1:]))

    def write(self, folder: Path) -> None:
        """Writes the table into an existing folder."""
        (folder / "words.txt").write_text("\n".join(self.words), encoding="utf-8")
        for name, array in zip(_FILES[1:], (self.vectors, self.neighbours, self.cosines), strict=True):
            np.save(folder / name, array)

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """The row of each word."""
        return {word: row for row, word in enumerate(self.words)}

    def near(self, word: str, *, count: int, min_cosine: float) -> list[str]:
        """Returns the nearest neighbours of a word, the nearest first; none where the table lacks it.

        Args:
            word: In lower case.
            count: How many at most, up to `MOST_NEIGHBOURS`.
            min_cosine: What is further away is left out.
        """
        row = self.rows.get(word)
        if row is None:
            return []
        close = self.cosines[row, :count] >= min_cosine
        return [self.words[other] for other in self.neighbours[row, :count][close].tolist()]


def nearest(vectors: Vectors, rows: NDArray[np.int64], *, count: int) -> tuple[NDArray[np.int32], Vectors]:
    """Finds the other rows of largest cosine; equal ones by their row.

    Args:
        vectors: Of unit length, float32, shape ``(words, D)``.
        rows: Whose neighbours, shape ``(n,)``.
        count: How many for each.

    Returns:
        Neighbours, int32, and cosines, float32, both of shape ``(n, count)``, nearest first.
    """
    neighbours = np.empty((len(rows), count), dtype=np.int32)
    cosines = np.empty((len(rows), count), dtype=np.float32)
    for start in range(0, len(rows), _CHUNK):
        part = rows[start : start + _CHUNK]
        products = vectors[part] @ vectors.T
        products[np.arange(len(part)), part] = -np.inf
        best = np.sort(np.argpartition(-products, count - 1, axis=1)[:, :count], axis=1)
        values = np.take_along_axis(products, best, axis=1)
        order = np.argsort(-values, axis=1, kind="stable")
        neighbours[start : start + len(part)] = np.take_along_axis(best, order, axis=1)
        cosines[start : start + len(part)] = np.take_along_axis(values, order, axis=1)
    return neighbours, cosines


def fingerprint_table(folder: Path) -> str:
    """Names a table by what answers depend on."""
    return fingerprint([fingerprint_file(folder / name) for name in _FILES])
