"""The attack of a candidate that cannot win ends early."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, final

from rosearch.fitness.precedents import Precedents
from rosearch.fitness.shortcuts.sequential_mean import bounds, is_below
from rosearch.fitness.shortcuts.shortcut import Shortcut


@final
@dataclass(frozen=True, kw_only=True)
class Racing(Shortcut):
    """Attacks texts in portions, and stops as soon as the candidate surely cannot enter the front.

    A rival is an earlier trial that was attacked on the whole list, is at least as accurate (balanced) and has no more
    weights. Where the mean of the candidate's budget curve over the whole list is surely below the best rival's, that
    rival dominates it. What is sure is decided by a test that may look as often as it likes. Texts come in an order
    drawn afresh for each candidate. A candidate that is less accurate than the bag of embeddings, and so infeasible,
    stops after the first portion. Against a rival that is 5 to 10 points better, a race of 100 texts ends about half
    way; comparing with the rival text by text was tried and takes longer, since differences have twice the range.

    Args:
        confidence: The chance that a candidate which would not be below its rival is raced to the end, at least.
        portion: Texts attacked between two looks.

    Raises:
        ValueError: If a number does not fit.

    References:
        Maron, Moore (1994). Hoeffding Races. NeurIPS 6. For the test see ``sequential_mean``.
    """

    kind: Literal["racing"] = "racing"
    confidence: float = 0.95
    portion: int = 20

    def __post_init__(self) -> None:
        if not 0 < self.confidence < 1 or self.portion < 1:
            raise ValueError("confidence must be between 0 and 1, and portion at least 1")

    def to_beat(self, precedents: Precedents) -> float:
        """Returns the best rival's robustness: -inf where there is none, inf where the candidate is infeasible.

        Args:
            precedents: The earlier trials, and what is known of the candidate.
        """
        if precedents.balanced_accuracy < precedents.least_balanced_accuracy:
            return math.inf
        rivals = (
            trial.robustness
            for trial in precedents.trials
            if trial.complete
            and trial.feasible
            and trial.balanced_accuracy >= precedents.balanced_accuracy
            and trial.parameters <= precedents.parameters
        )
        return max(rivals, default=-math.inf)

    def is_lost(self, resistance: Sequence[float], *, total: int, to_beat: float) -> bool:
        """Says whether the mean of a list is surely below what it has to beat.

        Args:
            resistance: Of the texts attacked so far, in the order of attacking.
            total: Texts of the list.
            to_beat: What ``to_beat`` gave.
        """
        return to_beat == math.inf or is_below(resistance, to_beat, total=total, confidence=self.confidence)

    def account(self, resistance: Sequence[float], *, total: int, to_beat: float) -> dict[str, Any]:
        """Returns what came of it, as plain data.

        ``interval`` is that of the mean of the budget curve on the whole list, and holds although the race chose when
        to stop.

        Args:
            resistance: Of the texts attacked, in the order of attacking.
            total: Texts of the list.
            to_beat: What ``to_beat`` gave.
        """
        return {
            "attacked": len(resistance),
            "of": total,
            "infeasible": to_beat == math.inf,
            "to_beat": to_beat if math.isfinite(to_beat) else None,
            "interval": list(bounds(resistance, total=total, confidence=self.confidence)),
        }
