"""What shortcuts may know of the trials before a candidate: those that its proposal saw, whatever ended earlier."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

from rosearch.attacks.result import AttackResult
from rosearch.attacks.result_table import read_results
from rosearch.core.errors import InputError


@final
@dataclass(frozen=True, kw_only=True)
class Precedent:
    """An earlier trial of the same search, attacked on the same list of texts.

    Args:
        index: The trial's number.
        parent: Whether the candidate was made from it.
        attack_id: Names everything that decided the outcomes of its attacks.
        attacks: Where they lie, a file for each attack and score.
        resistance: For each text of the list the share of query budgets that it resisted; None where it was not
            attacked.
        robustness: Mean of the budget curve.
        balanced_accuracy: On unchanged texts.
        parameters: All weights.
        feasible: Whether it is at least as accurate as the bag of embeddings.
    """

    index: int
    parent: bool
    attack_id: str
    attacks: Path
    resistance: tuple[float | None, ...]
    robustness: float
    balanced_accuracy: float
    parameters: float
    feasible: bool

    @property
    def complete(self) -> bool:
        """Whether the whole list was attacked."""
        return None not in self.resistance

    def outcomes(self, name: str) -> tuple[AttackResult, ...]:
        """Reads what became of each attacked text.

        Args:
            name: Of the attack and score, such as ``"pwws-margin"``.

        Raises:
            InputError: If the file is gone.
        """
        path = self.attacks / f"{name}.parquet"
        if not path.is_file():
            raise InputError(
                f"{path}: the outcomes of trial {self.index}'s attacks are gone, and shortcuts of the search build on "
                "them. Put the file back, or begin a new run."
            )
        return read_results(path)


@final
@dataclass(frozen=True, kw_only=True)
class Precedents:
    """All that shortcuts may know when a candidate is attacked; equal in every executor and after every kill.

    Args:
        candidate: Names the candidate; keys what is drawn for it.
        trials: Earlier ones that ended well, by index.
        least_balanced_accuracy: Below it a candidate is infeasible.
        parameters: The candidate's weights.
        balanced_accuracy: The candidate's, on unchanged texts.
    """

    candidate: str = ""
    trials: tuple[Precedent, ...] = ()
    least_balanced_accuracy: float = 0.0
    parameters: float = math.inf
    balanced_accuracy: float = 1.0

    def knowing(self, balanced_accuracy: float) -> "Precedents":
        """Returns the same with the candidate's accuracy."""
        return replace(self, balanced_accuracy=balanced_accuracy)

    def to_genes(self) -> list[Any]:
        """Returns what decides outcomes that build on these trials, wherever their files lie."""
        trials = [[trial.attack_id, trial.parent] for trial in self.trials]
        return [self.candidate, self.least_balanced_accuracy, trials]

    def nearest(self, *, parents_only: bool) -> Iterator[Precedent]:
        """Gives the parents, the latest first, then the other trials, the latest first.

        Args:
            parents_only: Leaves the others out.
        """
        latest_first = self.trials[::-1]
        yield from (trial for trial in latest_first if trial.parent)
        yield from (trial for trial in latest_first if not (trial.parent or parents_only))


NO_PRECEDENTS = Precedents()
"""Of a candidate that comes first, or is not of a search."""
