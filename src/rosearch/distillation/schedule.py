"""How long and how fast a student is trained. No torch."""

import math
from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Steps, batches and the learning rate: linear warm-up, then linear decay to zero.

    Args:
        epochs: Passes over the training texts at full fidelity.
        batch_size: Texts per step.
        learning_rate: Peak, of AdamW.
        warm_up_share: Share of the steps until the peak.
        weight_decay: Of AdamW, on matrices only.
        max_gradient_norm: Gradients are scaled down to this Euclidean norm.
        transfer: Unlabelled texts seen in an epoch for each training text, where the task has unlabelled ones; drawn
            afresh each epoch, learnt from the teacher's soft labels alone. 0 leaves them out.
    """

    epochs: float = 8
    batch_size: int = 64
    learning_rate: float = 1e-3
    warm_up_share: float = 0.1
    weight_decay: float = 0.01
    max_gradient_norm: float = 1.0
    transfer: float = 1.0

    def __post_init__(self) -> None:
        if min(self.epochs, self.batch_size, self.learning_rate, self.max_gradient_norm) <= 0:
            raise ValueError("epochs, batch_size, learning_rate and max_gradient_norm must be positive")
        if not 0 <= self.warm_up_share < 1:
            raise ValueError("warm_up_share must be in [0, 1)")
        if self.transfer < 0:
            raise ValueError("transfer must not be negative")

    def transferred(self, labelled: int, unlabelled: int) -> int:
        """Returns the number of unlabelled texts in an epoch.

        Args:
            labelled: Size of the training split.
            unlabelled: Unlabelled texts that there are.
        """
        return min(unlabelled, round(self.transfer * labelled))

    def steps(self, texts: int, *, share: float = 1.0) -> int:
        """Returns the number of training steps.

        Args:
            texts: Texts in an epoch.
            share: Fidelity: the part of the full number of steps, in (0, 1].
        """
        return max(1, round(self.steps_per_epoch(texts) * self.epochs * share))

    def steps_per_epoch(self, texts: int) -> int:
        """Returns the number of batches that ``texts`` texts make."""
        return math.ceil(texts / self.batch_size)

    def rate(self, step: int, steps: int) -> float:
        """Returns the learning rate as a share of its peak at ``step``, counted from 0, of ``steps``."""
        warm_up = max(1, round(self.warm_up_share * steps))
        if step < warm_up:
            return (step + 1) / warm_up
        return (steps - step) / max(1, steps - warm_up)
