"""What the lexicons of word vectors share: synonyms are near neighbours."""

import re
from abc import ABC, abstractmethod
from functools import lru_cache
from pathlib import Path
from typing import Final

from rosearch.core.events import Listener, ignore
from rosearch.lexicons.lexicon import Lexicon
from rosearch.lexicons.word_vectors import MOST_NEIGHBOURS, WordVectors, fingerprint_table

ONE_WORD: Final = re.compile(r"[a-z]+(?:['-][a-z]+)*")
"""What a table keeps: words in lower case, without digits, of letters that attacks take for one word."""


class VectorLexicon(Lexicon, ABC):
    """Synonyms are the nearest neighbours of a word's vector that are near enough; a word is looked up in lower case.

    Antonyms and mere associates are near too, unless the vectors are counter-fitted.
    """

    neighbours: int
    min_cosine: float

    def __post_init__(self) -> None:
        if not 1 <= self.neighbours <= MOST_NEIGHBOURS:
            raise ValueError(f"neighbours must be 1 to {MOST_NEIGHBOURS}, got {self.neighbours}.")
        if not -1 <= self.min_cosine <= 1:
            raise ValueError(f"min_cosine must be -1 to 1, got {self.min_cosine}.")

    @abstractmethod
    def folder(self, listener: Listener = ignore) -> Path:
        """Returns the folder of the table, built first if need be.

        Args:
            listener: Hears the progress.

        Raises:
            AssetError: If the vectors can neither be found nor fetched.
        """

    def table(self) -> WordVectors:
        """Returns the table of vectors.

        Raises:
            AssetError: If the vectors can neither be found nor fetched.
        """
        return _table(self)

    def synonyms(self, word: str) -> tuple[str, ...]:
        """Returns the near neighbours of ``word``, sorted, in lower case.

        Args:
            word: As written in the text.

        Raises:
            AssetError: If the vectors can neither be found nor fetched.
        """
        found = self.table().near(word.lower(), count=self.neighbours, min_cosine=self.min_cosine)
        return tuple(sorted(found))

    def fingerprint(self) -> str:
        """Returns a name of the vectors, of the number of neighbours and of the least cosine.

        Raises:
            AssetError: If the vectors can neither be found nor fetched.
        """
        return f"{_fingerprint(self)}-{self.neighbours}-{self.min_cosine}"

    def prepare(self, listener: Listener) -> None:
        """Builds the table if it is not there yet.

        Args:
            listener: Hears the progress.

        Raises:
            AssetError: If the vectors can neither be found nor fetched.
        """
        self.folder(listener)


@lru_cache(maxsize=8)
def _table(lexicon: VectorLexicon) -> WordVectors:
    return WordVectors.open(lexicon.folder())


@lru_cache(maxsize=8)
def _fingerprint(lexicon: VectorLexicon) -> str:
    return fingerprint_table(lexicon.folder())
