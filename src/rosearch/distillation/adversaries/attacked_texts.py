"""Texts that an attack has just beaten the student with. No torch."""

from dataclasses import dataclass, field
from typing import Literal, final

from rosearch.attacks.attack import Attack
from rosearch.attacks.pwws import PWWS
from rosearch.distillation.adversaries.adversary import Adversary


@final
@dataclass(frozen=True, kw_only=True)
class AttackedTexts(Adversary):
    """Attacks some training texts every so often and trains on the outcome until the next time.

    This is training on what will be measured; an unseen attack must judge the gain.

    Args:
        attack: Any attack, with a small query budget.
        texts: Training texts that are attacked each time.
        every: Epochs from one time to the next; the first time is after as many.
        max_queries: For each text; a text that holds out is trained on as far as the attack has come.
        weight: Of the loss on attacked texts, relative to that on as many clean ones.

    References:
        Alzantot et al. (2018), section 4.4, for training on an attack's own texts. arXiv:1804.07998. Yoo, Qi (2021),
        A2T, algorithm 1, for doing it again as the model changes. arXiv:2109.00544
    """

    kind: Literal["attacked_texts"] = "attacked_texts"
    attack: Attack = field(default_factory=PWWS)
    texts: int = 500
    every: float = 2.0
    max_queries: int = 60
    weight: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "attack", Attack.from_config(self.attack, where="attack"))
        if min(self.texts, self.max_queries) < 1 or self.every <= 0:
            raise ValueError("texts and max_queries must be at least 1, and every positive")
