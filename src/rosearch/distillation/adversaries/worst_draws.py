"""Of several rewritings drawn at random, the one that the student gets most wrong. No torch."""

from dataclasses import dataclass, field
from typing import Literal, final

from rosearch.distillation.adversaries.adversary import Adversary
from rosearch.distillation.perturbations.character_edits import CharacterEdits
from rosearch.distillation.perturbations.perturbation import Perturbation
from rosearch.distillation.perturbations.word_substitution import WordSubstitution


@final
@dataclass(frozen=True, kw_only=True)
class WorstDraws(Adversary):
    """Rewrites each text several times at random, and learns the rewriting with the highest loss.

    Asks the student as attacks do, without its gradient: students that are trained against first-order swaps learn to
    have gradients that mislead, and lose against draws like these.

    Args:
        perturbations: What words may become; each draw takes one of them, and a share of the words.
        draws: Rewritings of each text in each step; each costs a pass without the way back.
        weight: Of the mean loss on the chosen ones.

    References:
        Engstrom, Tran, Tsipras, Schmidt, Madry (2019). Exploring the Landscape of Spatial Robustness, section 4.3, the
        worst of k. arXiv:1712.02779. Athalye, Carlini, Wagner (2018). Obfuscated Gradients Give a False Sense of
        Security. arXiv:1802.00420

    Differences from the paper: words and letters instead of turns and shifts of images; draws afresh in every step.
    """

    kind: Literal["worst_draws"] = "worst_draws"
    perturbations: tuple[Perturbation, ...] = field(default_factory=lambda: (WordSubstitution(), CharacterEdits()))
    draws: int = 4
    weight: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "perturbations", Perturbation.one_or_more(self.perturbations))
        if self.draws < 1:
            raise ValueError("draws must be at least 1")
