"""Small stand-ins for what attacks read: a tagger, an encoder and a masked language model that need no file."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, final

import numpy as np
from numpy.typing import NDArray

from rosearch.core.rng import SeedTree
from rosearch.lexicons.masked_language_model import MaskedLanguageModel, Ranking, Slot
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


@final
@dataclass(frozen=True, kw_only=True)
class DrawnWords(MaskedLanguageModel):
    """Ranks a fixed list of tokens at random, anew for each text and place; long words have two pieces.

    Args:
        tokens: What it knows; pieces that continue a word begin with "##".
    """

    tokens: tuple[str, ...] = (
        "good",
        "bad",
        "movie",
        "story",
        "great",
        "##s",
        "##ing",
        "happy",
        "[unused1]",
        ".",
        "old",
    )
    kind: Literal["drawn-words"] = "drawn-words"

    def answer(self, questions: Sequence[Slot]) -> list[Ranking]:
        """Returns a ranking for each slot."""
        return [self._rank(slot) for slot in questions]

    def _rank(self, slot: Slot) -> Ranking:
        place = slot.masked.split(self.mask_token)[0]
        rng = SeedTree(0).child(slot.text, place).generator()
        logits = np.round(rng.normal(size=(slot.pieces, len(self.tokens))), 3).astype(np.float32)
        ids = np.argsort(-logits, axis=1, kind="stable")[:, : slot.count]
        normalisers = np.log(np.exp(logits).sum(axis=1))
        position = 1 + len(place.split())
        return Ranking(ids, np.take_along_axis(logits, ids, axis=1), normalisers, position)

    @property
    def mask_token(self) -> str:
        """What stands in a masked text."""
        return "[MASK]"

    def piece_count(self, word: str) -> int:
        """Returns 2 for words of more than six characters, else 1."""
        return 2 if len(word) > 6 else 1

    def token(self, number: int) -> str:
        """Returns a token."""
        return self.tokens[number]

    def is_continuation(self, token: str, *, first: bool) -> bool:  # noqa: ARG002
        """Says whether a token begins with "##"."""
        return token.startswith("##")

    def plain(self, token: str) -> str:
        """Returns a token without "##"."""
        return token.removeprefix("##")
