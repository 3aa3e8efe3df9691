"""The characters of the word that a piece belongs to, as ids: what an unknown or misspelt word still shows.

Shapes: B batch, L tokens, K character features of a word, W words.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from rosearch.core.component import Component
from rosearch.core.protocols import IntArray

MOST_LETTERS = 24
"""What is beyond in a word is not looked at; longer words of English are rare, and every batch is as wide as its
longest word."""

MOST_WORDS = 100_000


class Characters(Component, ABC):
    """Turns a word into ids from 1 on; 0 is padding. Equal configurations give equal ids, on every machine.

    A word is what the tokenizer's pre-tokenizer makes of the text, normalised by its normaliser (so in lower case for
    an uncased teacher), without spaces around it; each of its pieces gets the features of the whole word. Special
    tokens, written out in a text or not, have no features.
    """

    family: ClassVar[str] = "characters"
    members: ClassVar[tuple[str, ...]] = ("rosearch.data.ngrams", "rosearch.data.letters")

    @property
    @abstractmethod
    def rows(self) -> int:
        """Rows of a table that these ids look up, padding's row 0 included."""

    @abstractmethod
    def ids(self, word: str) -> NDArray[np.int32]:
        """Returns the features of a word, shape ``(k,)``, in order; at least one for any word that is not empty.

        Args:
            word: Normalised, without spaces around it.
        """


@final
class WordTable:
    """The features of all words met so far: each distinct word is computed once.

    Args:
        characters: Computes them.
        normalise: Turns a word as written into the word that ``characters`` takes.
    """

    def __init__(self, characters: Characters, normalise: Callable[[str], str]) -> None:
        self.characters = characters
        self._normalise = normalise
        self.beginnings = 0
        """How often the words have been forgotten, plus one; a row is of no use after the next time."""
        self._begin()

    def row(self, written: str) -> int:
        """Returns the row of a word in `features`; 0, which has none, where nothing is left of it when normalised.

        Args:
            written: As it stands in the text.
        """
        found = self._rows.get(written)
        return self._add(written) if found is None else found

    def features(self) -> "WordFeatures":
        """Returns the rows so far; later words change nothing in it."""
        return WordFeatures(ids_WK=self._ids_WK[: self._used], counts_W=self._counts_W[: self._used])

    def make_room(self) -> None:
        """Forgets all words where there are very many; call it between results, as rows are numbered anew."""
        if len(self._rows) > MOST_WORDS:
            self._begin()

    def _begin(self) -> None:
        self.beginnings += 1
        self._rows = {"": 0}
        self._used = 1
        self._ids_WK = np.zeros((1024, 32), dtype=np.int32)
        self._counts_W = np.zeros(1024, dtype=np.int64)

    def _add(self, written: str) -> int:
        word = self._normalise(written)
        row = self._rows.get(word)
        if row is None:
            row = self._rows[word] = self._append(self.characters.ids(word))
        self._rows[written] = row
        return row

    def _append(self, ids: NDArray[np.int32]) -> int:
        row, (words, most) = self._used, self._ids_WK.shape
        if row == words or len(ids) > most:
            # A new array, so that what was given out stays as it is.
            grown = np.zeros((2 * words if row == words else words, max(most, len(ids))), dtype=np.int32)
            grown[:words, :most] = self._ids_WK
            self._ids_WK = grown
            self._counts_W = np.pad(self._counts_W, (0, len(grown) - words))
        self._ids_WK[row, : len(ids)] = ids
        self._counts_W[row] = len(ids)
        self._used += 1
        return row


@final
class WordFeatures:
    """Features of words, row by row; row 0 has none.

    Args:
        ids_WK: From 1 on, padded with 0, int32.
        counts_W: How many features each word has.
    """

    def __init__(self, *, ids_WK: NDArray[np.int32], counts_W: IntArray) -> None:
        self.ids_WK = ids_WK
        self.counts_W = counts_W

    def gather(self, words_BL: IntArray) -> IntArray:
        """Returns the features of words, int64, shape BLK, where K is what the longest of them needs, at least 1.

        Args:
            words_BL: Rows of words.
        """
        most = max(1, int(self.counts_W[words_BL].max(initial=0)))
        return self.ids_WK[:, :most][words_BL].astype(np.int64)
