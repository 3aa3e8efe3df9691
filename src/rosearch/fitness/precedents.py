"""What a candidate's evaluation may know of earlier trials: those that its proposal saw, whatever ended earlier."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

from rosearch.attacks.result import AttackResult
from rosearch.attacks.result_table import read_results
from rosearch.core.errors import InputError
from rosearch.core.files import read_json
from rosearch.core.protocols import Text


@final
@dataclass(frozen=True, kw_only=True)
class Precedent:
    """An earlier trial of the same search, attacked on the same list of texts.

    Args:
        index: The trial's number.
        parent: Whether the candidate was made from it.
        training_id: Names everything that decided its weights.
        attack_id: Names everything that decided the outcomes of its attacks.
        folder: Where its files lie.
        leaves: How many texts its training left to its children.
        resistance: For each text of the list the share of query budgets that it resisted; None where it was not
            attacked.
        robustness: Mean of the budget curve.
        balanced_accuracy: On unchanged texts.
        parameters: All weights.
        feasible: Whether it is at least as accurate as the bag of embeddings.
    """

    index: int
    parent: bool
    training_id: str
    attack_id: str
    folder: Path
    leaves: int
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
        return read_results(self._require(self.folder / "attacks" / f"{name}.parquet"))

    @property
    def left(self) -> dict[int, Text]:
        """The texts that its training left to its children, by row of the original.

        Raises:
            InputError: If the file is gone.
        """
        if not self.leaves:
            return {}
        texts = read_json(self._require(self.folder / LEFT))
        return {int(row): text if isinstance(text, str) else (text[0], text[1]) for row, text in texts.items()}

    def _require(self, path: Path) -> Path:
        if not path.is_file():
            raise InputError(
                f"{path}: this file of trial {self.index} is gone, and later trials build on it. Put it back, or begin "
                "a new run."
            )
        return path


@final
@dataclass(frozen=True, kw_only=True)
class Precedents:
    """All that a candidate's evaluation may know; equal in every executor and after every kill.

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

    @property
    def parents(self) -> tuple[Precedent, ...]:
        """The trials that the candidate was made from, the latest first."""
        return tuple(trial for trial in self.trials[::-1] if trial.parent)

    def inherited(self) -> dict[int, Text]:
        """Returns what the parents' trainings left, by row of the original; of two for one row, the latest parent's.

        Raises:
            InputError: If a parent's file is gone.
        """
        texts: dict[int, Text] = {}
        for parent in self.parents:
            texts = parent.left | texts
        return dict(sorted(texts.items()))

    def nearest(self, *, parents_only: bool) -> Iterator[Precedent]:
        """Gives the parents, the latest first, then the other trials, the latest first.

        Args:
            parents_only: Leaves the others out.
        """
        yield from self.parents
        yield from (trial for trial in self.trials[::-1] if not (trial.parent or parents_only))


LEFT = "inherited_texts.json"
"""Holds, in a trial's folder, what its training left to its children."""

NO_PRECEDENTS = Precedents()
"""Of a candidate that comes first, or is not of a search."""
