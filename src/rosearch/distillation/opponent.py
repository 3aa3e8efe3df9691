"""What carries out an adversary: prepares itself as an epoch begins, and adds its gradients in each step."""

from dataclasses import dataclass
from typing import Protocol, final

from numpy.random import Generator

from rosearch.core.protocols import IntArray
from rosearch.distillation.learner import Learner, Probe
from rosearch.distillation.objective import TrainingBatch


@final
@dataclass(frozen=True, kw_only=True)
class Moment:
    """An epoch that begins.

    Args:
        epoch: Counted from 0.
        strength: How strong adversaries shall be, in [0, 1].
        rng: This opponent's random numbers for the epoch.
    """

    epoch: int
    strength: float
    rng: Generator


class Opponent(Protocol):
    """Carries out one adversary."""

    def enter(self, moment: Moment, learner: Learner) -> None:
        """Prepares itself.

        Args:
            moment: The epoch that begins.
            learner: The student as it is now.
        """

    def learn(self, learner: Learner, batch: TrainingBatch, rows: IntArray, probe: Probe) -> float:
        """Adds the gradient of the weighted loss on what it finds to the student's, and returns that loss.

        Args:
            learner: The student as it is now.
            batch: The clean texts.
            rows: Of the batch.
            probe: Holds the gradient of the clean loss by the pieces' vectors.
        """
        ...
