"""Small stand-ins for what attacks read: a tagger and a sentence encoder that need no file."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, final

import numpy as np
from numpy.typing import NDArray

from rosearch.core.rng import SeedTree
from rosearch.lexicons.sentence_encoder import SentenceEncoder
from rosearch.lexicons.tagger import Tagger


@final
@dataclass(frozen=True, kw_only=True)
class LengthTagger(Tagger):
    """Calls a word a verb, a noun or an adjective by its length; a word after an adjective is never a verb."""

    kind: Literal["length"] = "length"

    def tags(self, words: Sequence[str]) -> tuple[str, ...]:
        """Returns a tag for each word."""
        tags: list[str] = []
        for word in words:
            tag = ("VERB", "NOUN", "ADJ")[len(word) % 3]
            tags.append("NOUN" if tag == "VERB" and tags[-1:] == ["ADJ"] else tag)
        return tuple(tags)


@final
@dataclass(frozen=True, kw_only=True)
class BagOfVectors(SentenceEncoder):
    """Adds up a vector for each word, drawn from the word's own seed; case does not count.

    Args:
        width: Of the vectors.
    """

    width: int = 16
    kind: Literal["bag-of-vectors"] = "bag-of-vectors"

    def answer(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """Returns the sums, shape ``(len(questions), width)``."""
        rows = [[_vector(word.lower(), self.width) for word in ("", *text.split())] for text in questions]
        return np.array([np.sum(vectors, axis=0) for vectors in rows], dtype=np.float32)


@lru_cache(maxsize=10_000)
def _vector(word: str, width: int) -> NDArray[np.float64]:
    return SeedTree(0).child("vector", word).generator().normal(size=width)
