"""Texts that a trial's parents were beaten with. No torch."""

from dataclasses import dataclass, field
from typing import Literal, final

from rosearch.attacks.attack import Attack
from rosearch.attacks.pwws import PWWS
from rosearch.distillation.adversaries.adversary import Adversary


@final
@dataclass(frozen=True, kw_only=True)
class InheritedTexts(Adversary):
    """Trains from the first step on texts that beat the parents of a trial, and leaves some to its children.

    When a training of the search ends, its student is attacked on some training texts; what flips it is kept beside the
    trial. Whoever is made from the trial later learns these texts beside the clean ones, with the teacher's answers to
    the clean ones. A trial without parents, and a finalist, which is trained from scratch, inherits nothing. This is
    training on what will be measured; an unseen attack must judge the gain.

    Args:
        attacks: What students are attacked with, each on its share of the texts.
        texts: Training texts that are attacked at the end of a training, drawn afresh for each; never those of dev.
        max_queries: For each text.
        weight: Of the loss on inherited texts, relative to that on as many clean ones.

    References:
        Alzantot et al. (2018), section 4.4, for training on an attack's own texts. arXiv:1804.07998. Tramer et al.
        (2018), Ensemble Adversarial Training, for texts of other models than the one in training. arXiv:1705.07204
    """

    kind: Literal["inherited_texts"] = "inherited_texts"
    attacks: tuple[Attack, ...] = field(default_factory=lambda: (PWWS(),))
    texts: int = 500
    max_queries: int = 60
    weight: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        attacks = tuple(Attack.from_config(attack, where="attacks") for attack in self.attacks)
        object.__setattr__(self, "attacks", attacks)
        if not attacks or min(self.texts, self.max_queries) < 1:
            raise ValueError("attacks must name at least one, and texts and max_queries be at least 1")
