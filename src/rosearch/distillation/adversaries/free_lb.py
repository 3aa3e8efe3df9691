"""Vectors of all pieces are pushed a little way up the loss. No torch."""

from dataclasses import dataclass
from typing import Literal, final

from rosearch.distillation.adversaries.adversary import Adversary


@final
@dataclass(frozen=True, kw_only=True)
class FreeLB(Adversary):
    """Moves the vectors of a text's pieces within a ball, to where the loss is high, whatever words lie there.

    The first push uses the clean loss's gradient, which the step needs anyway; the losses after all pushes are
    averaged.

    Args:
        steps: Pushes; each costs a pass there and back.
        radius: Of the ball, in root mean squares of the embedding table's entries, per entry: 1 moves a text as far as
            its vectors are long.
        weight: Of the loss on the moved vectors.

    References:
        Zhu, Cheng, Gan, Sun, Goldstein, Liu (2020). FreeLB: Enhanced Adversarial Training for Natural Language
        Understanding. arXiv:1909.11764. Miyato, Dai, Goodfellow (2017), arXiv:1605.07725, is the case of one step.

    Differences from FreeLB: starts at the text itself instead of a random point of the ball.
    """

    kind: Literal["free_lb"] = "free_lb"
    steps: int = 1
    radius: float = 0.1
    weight: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.steps < 1 or self.radius <= 0:
            raise ValueError("steps must be at least 1 and radius positive")
