"""Few words change."""

from dataclasses import dataclass
from math import ceil
from typing import final

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.text import WordText


@final
@dataclass(frozen=True, kw_only=True)
class MaxWordsChanged(Constraint):
    """Bounds the share of words that differ from the original's at the same place.

    Args:
        share: Of the words of the shorter text, rounded up.

    Raises:
        ValueError: If ``share`` is not in (0, 1].
    """

    share: float

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise ValueError(f"share must be above 0 and at most 1, got {self.share}.")

    def allows(self, original: WordText, current: WordText, index: int, word: str) -> bool:
        """Says whether one more word may change."""
        return len({*current.modified, index}) <= self._most(original, current) or self.holds(
            original, current.replaced(index, word)
        )

    def holds(self, original: WordText, perturbed: WordText) -> bool:
        """Counts the words that differ."""
        pairs = zip(original.words, perturbed.words, strict=False)
        return sum(before != after for before, after in pairs) <= self._most(original, perturbed)

    def _most(self, original: WordText, perturbed: WordText) -> int:
        return ceil(min(len(original.words), len(perturbed.words)) * self.share)
