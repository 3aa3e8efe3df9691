"""Words in the order of their importance, which need not be known exactly before it matters."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import final

import numpy as np

from rosearch.attacks.dialogue import Dialogue
from rosearch.attacks.search_methods.rough_scores import RoughScores
from rosearch.core.protocols import FloatArray, IntArray

# Relative, and above that of a softmax in float32: its ties are TextAttack's, and must not be broken by other words.
_ROUNDING = 2.0**-20


class WordImportance(ABC):
    """How much each of some words matters, known within bounds that confirmed scores narrow down.

    Args:
        scores: Of the texts that the importance is drawn from.
    """

    def __init__(self, scores: RoughScores) -> None:
        self.scores = scores

    @abstractmethod
    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """Returns the lowest and the highest that each word's importance may be, shapes ``(words,)``."""

    @abstractmethod
    def sources(self, word: int) -> Sequence[int] | IntArray:
        """Returns the places of the scores that a word's bounds come from."""


@final
class ByScore(WordImportance):
    """A word matters as much as the score of one text, such as the text without it; one score for each word."""

    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """Returns the scores, less and more their errors."""
        return self.scores.values - self.scores.errors, self.scores.values + self.scores.errors

    def sources(self, word: int) -> Sequence[int]:
        """Returns the word's own score."""
        return [word]


@final
class BySaliency(WordImportance):
    """The softmax over words of the score without the word, times what the best replacement gains.

    Args:
        scores: First those without each word, then those of the replacements, word by word.
        counts: How many replacements each word has; one without any does not matter.
        zero: The score of a replacement that gains nothing.
    """

    def __init__(self, scores: RoughScores, counts: Sequence[int], zero: float) -> None:
        super().__init__(scores)
        self.counts = np.array(counts, dtype=np.int64)
        self.starts = len(counts) + np.concatenate([[0], np.cumsum(self.counts)[:-1]]).astype(np.int64)
        self.zero = zero

    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """Returns the products of the factors' bounds; the softmax's denominator is all words' and needs none."""
        words = len(self.counts)
        weights = _softmax32(self.scores.values[:words])
        spread = np.exp(self.scores.errors[:words])
        if self.scores.errors[:words].any():
            spread *= 1 + _ROUNDING
        gains = [self._gains(sign) for sign in (-1.0, 1.0)]
        # A gain below 0 is smallest where its weight is largest.
        low = np.where(gains[0] > 0, weights / spread, weights * spread) * gains[0]
        high = np.where(gains[1] > 0, weights * spread, weights / spread) * gains[1]
        return low, high

    def sources(self, word: int) -> IntArray:
        """Returns the score without the word, and of its replacements those that may be the best.

        Where all these are confirmed, rounding decides, and the scores without each of the words have a part in it.
        """
        places = np.arange(self.starts[word], self.starts[word] + self.counts[word])
        values, errors = self.scores.values[places], self.scores.errors[places]
        own = np.append(places[values + errors >= (values - errors).max(initial=-np.inf)], word)
        return own if self.scores.errors[own].any() else np.arange(len(self.counts))

    def _gains(self, sign: float) -> FloatArray:
        """Returns what the best replacement of each word gains: at least with sign -1, at most with sign 1."""
        bounds = self.scores.values + sign * self.scores.errors
        gains = np.zeros(len(self.counts))
        some = self.counts > 0
        if some.any():
            gains[some] = np.maximum.reduceat(bounds, self.starts[some]) - self.zero
        return gains


@final
class Ranking:
    """Hands out words, the most important first; of equals, the one that was listed first.

    Args:
        words: In the order in which they are listed.
        importance: Of each; None keeps the order.
    """

    def __init__(self, words: Sequence[int], importance: WordImportance | None = None) -> None:
        self._words = words
        self._importance = importance
        self._left = np.ones(len(words), dtype=np.bool_)

    def next(self) -> Dialogue[int | None]:
        """Returns the next word, None after the last; confirms as many scores as it takes to be sure of it."""
        if not self._left.any():
            return None
        place = int(self._left.argmax()) if self._importance is None else (yield from self._first(self._importance))
        self._left[place] = False
        return self._words[place]

    def _first(self, importance: WordImportance) -> Dialogue[int]:
        while True:
            low, high = (np.where(self._left, bound, -np.inf) for bound in importance.bounds())
            first = int(low.argmax())
            earlier = np.arange(len(low)) < first
            rivals = np.flatnonzero(self._left & np.where(earlier, high >= low[first], high > low[first]))
            if not len(rivals := rivals[rivals != first]):
                return first
            sources = [source for word in (first, *rivals) for source in importance.sources(word)]
            yield from importance.scores.confirm(sources)


def _softmax32(scores: FloatArray) -> FloatArray:
    """Softmax in float32, as TextAttack's, so that rounding makes the same ties."""
    values = scores.astype(np.float32)
    weights = np.exp(values - values.max(initial=-np.inf))
    return np.asarray(weights / weights.sum(), dtype=np.float64)
