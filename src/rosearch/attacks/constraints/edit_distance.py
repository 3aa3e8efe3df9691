"""The text stays within a number of character edits."""

from dataclasses import dataclass
from functools import lru_cache
from typing import final

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.text import WordText


@final
@dataclass(frozen=True, kw_only=True)
class EditDistance(Constraint):
    """Bounds the Levenshtein distance between the whole original text and the perturbed one.

    Args:
        max_distance: Insertions, deletions and substitutions allowed, in characters.
    """

    max_distance: int

    def allows(self, original: WordText, current: WordText, index: int, word: str) -> bool:
        """Says whether one more replacement stays within the bound; looks at whole texts only near the bound."""
        spent = sum(edit_distance(original.words[at], now) for at, now in current.modified.items())
        if spent + edit_distance(original.words[index], word) <= self.max_distance:
            return True  # the distance of the texts is at most the sum over their words
        return within_distance(original.text, current.replace(index, word), self.max_distance)

    def holds(self, original: WordText, perturbed: WordText) -> bool:
        """Says whether the texts lie within the bound."""
        return within_distance(original.text, perturbed.text, self.max_distance)


@lru_cache(maxsize=100_000)
def edit_distance(first: str, second: str) -> int:
    """Returns the Levenshtein distance of two short strings."""
    limit = max(len(first), len(second))
    return next(distance for distance in range(limit + 1) if within_distance(first, second, distance))


def within_distance(first: str, second: str, limit: int) -> bool:
    """Says whether the Levenshtein distance is at most ``limit``, in time O(limit squared), not the texts' lengths.

    References:
        Ukkonen (1985). Algorithms for Approximate String Matching; the furthest-reaching points of Landau and
        Vishkin (1989).
    """
    goal = len(second) - len(first)
    if abs(goal) > limit:
        return False
    # reached[d] = the furthest position in `first` on diagonal d that the present number of edits reaches
    reached = {0: _common_prefix(first, second, 0, 0)}
    for edits in range(limit + 1):
        if reached.get(goal, -1) >= len(first):
            return True
        if edits < limit:
            reached = _one_more_edit(first, second, reached)
    return False


def _one_more_edit(first: str, second: str, reached: dict[int, int]) -> dict[int, int]:
    further = {}
    for diagonal in range(min(reached) - 1, max(reached) + 2):
        at = max(
            reached.get(diagonal, -2) + 1,  # substitution
            reached.get(diagonal + 1, -2) + 1,  # deletion from `first`
            reached.get(diagonal - 1, -2),  # insertion into `first`
        )
        at = min(at, len(first), len(second) - diagonal)
        if at >= 0 and at + diagonal >= 0:
            further[diagonal] = at + _common_prefix(first, second, at, at + diagonal)
    return further


def _common_prefix(first: str, second: str, left: int, right: int) -> int:
    """Counts the characters that agree from ``first[left]`` and ``second[right]`` on, comparing doubling slices."""
    start, step = left, 8
    while step:
        piece = first[left : left + step]
        if len(piece) == step and piece == second[right : right + step]:
            left, right, step = left + step, right + step, step * 2
        else:
            step //= 2
    return left - start
