"""One text under attack: which of its words may change, and what they may become."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from rosearch.attacks.constraints.constraint import Candidate, Constraint, Step
from rosearch.attacks.dialogue import Dialogue, Start
from rosearch.attacks.text import WordText
from rosearch.attacks.transformations.transformation import Transformation


@final
@dataclass(frozen=True)
class Attempt:
    """A text, with what may be done to it.

    Args:
        start: The text and its score.
        transformation: What words may become.
        constraints: What may not be done, in the order of asking.
    """

    start: Start
    transformation: Transformation
    constraints: tuple[Constraint, ...]

    def indices(self, text: WordText) -> list[int]:
        """Lists the words that may change, in the order of TextAttack's sets (CPython's, for small integers)."""
        indices = set(range(len(text.words)))
        for constraint in self.constraints:
            allowed = constraint.modifiable(text)
            if allowed is not None:
                indices &= allowed
        return list(indices)

    def candidates(self, current: WordText, index: int) -> Dialogue[list[Candidate]]:
        """Lists texts that differ from ``current`` at ``index`` and keep all constraints, sorted by text."""
        if not all(constraint.may_change(current, index) for constraint in self.constraints):
            return []
        step = Step(self.start.text, current, index)
        words = yield from self.transformation.proposals(current, index, self.start.random)
        candidates = [Candidate(current.replace(index, word), word) for word in words]
        for constraint in self.constraints:
            if candidates:
                candidates = yield from constraint.allowed(step, candidates)
        candidates.sort(key=lambda candidate: candidate.text)
        return candidates


def similarities(candidates: Sequence[Candidate]) -> list[float] | None:
    """Returns how alike candidates are; None where no constraint measured it."""
    found = [candidate.similarity for candidate in candidates]
    return [value for value in found if value is not None] if None not in found else None
