"""The family of adversaries: each finds, in every step, what the student of that moment gets wrong. No torch."""

from abc import ABC
from typing import ClassVar

from rosearch.core.component import Component


class Adversary(Component, ABC):
    """Configuration of one search for hurtful texts or embeddings, and the weight of the loss on what it finds."""

    family: ClassVar[str] = "adversary"
    members: ClassVar[tuple[str, ...]] = (
        "rosearch.distillation.adversaries.gradient_swaps",
        "rosearch.distillation.adversaries.worst_draws",
        "rosearch.distillation.adversaries.convex_hull",
        "rosearch.distillation.adversaries.free_lb",
        "rosearch.distillation.adversaries.attacked_texts",
        "rosearch.distillation.adversaries.inherited_texts",
    )

    weight: float

    def __post_init__(self) -> None:
        if self.weight <= 0:
            raise ValueError("weight must be positive; leave the adversary out to switch it off")
