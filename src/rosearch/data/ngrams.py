"""Hashed character n-grams of a word."""

from dataclasses import dataclass
from typing import Literal, final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from rosearch.data.characters import MOST_LETTERS, Characters

BEGIN, END = "<", ">"
LENGTHS = (3, 4, 5)


@final
@dataclass(frozen=True, kw_only=True)
class NGrams(Characters):
    """All n-grams of 3 to 5 characters of ``<word>``, each hashed into a bucket.

    An n-gram's id is ``1 + crc32(n-gram in UTF-8) % buckets``; n-grams come by length, then by place. Repetitions stay,
    and so do collisions.

    Args:
        buckets: Number of buckets.

    References:
        Bojanowski, Grave, Joulin, Mikolov (2017). Enriching Word Vectors with Subword Information. arXiv:1607.04606

    Differences from the paper: n ends at 5, not 6; the word itself is no feature, since its pieces stand beside, and a
    misspelt word has none; the hash is CRC-32, which every language's library has, not FNV-1a.
    """

    kind: Literal["ngrams"] = "ngrams"
    buckets: int = 8192

    def __post_init__(self) -> None:
        if self.buckets < 1:
            raise ValueError(f"buckets must be at least 1, got {self.buckets}")

    @property
    def rows(self) -> int:
        """One for each bucket, and one of padding."""
        return self.buckets + 1

    def ids(self, word: str) -> NDArray[np.int32]:
        """Returns the buckets of a word's n-grams.

        Args:
            word: Normalised, without spaces around it.
        """
        marked = f"{BEGIN}{word[:MOST_LETTERS]}{END}"
        grams = (marked[at : at + length] for length in LENGTHS for at in range(len(marked) - length + 1))
        buckets = [1 + crc32(gram.encode("utf-8", "surrogatepass")) % self.buckets for gram in grams]
        return np.array(buckets, dtype=np.int32)
