"""Words are hidden: a text must be understood from what is left of it. No torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, final

from numpy.random import Generator

from rosearch.distillation.perturbations.perturbation import Perturbation


@final
@dataclass(frozen=True, kw_only=True)
class Masking(Perturbation):
    """Replaces words by a token that stands for none, or leaves them out.

    Args:
        stand_in: What stands for a hidden word, such as the teacher's mask token; empty leaves the word out.
        share: The most of a text's words that are hidden.
        weight: How often this perturbation is drawn, relative to the others.
        looked_at: There is only one way to hide a word.

    References:
        Zeng, Zheng, Xu, Li, Yuan, Huang (2021). Certified Robustness to Text Adversarial Attacks by Randomized [MASK],
        section 3. arXiv:2105.03743

    Differences from the paper: training only; a student answers once, without the vote over many masked copies.
    """

    kind: Literal["masking"] = "masking"
    stand_in: str = "[MASK]"
    share: float = 0.5
    weight: float = 1.0
    looked_at: int = 1
    are_drawn: ClassVar[bool] = False

    def rewrite(self, words: Sequence[str], *, rng: Generator) -> list[str]:  # noqa: ARG002 - nothing is left to draw
        """Hides each word.

        Args:
            words: As their texts have them.
            rng: Not used.
        """
        return [self.stand_in] * len(words)
