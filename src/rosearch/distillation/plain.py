"""Plain knowledge distillation: the teacher's soft labels and, if wanted, its states; no defence of any kind."""

from dataclasses import dataclass, field
from typing import Literal, final

from rosearch.data.class_weights import ClassWeights
from rosearch.distillation.schedule import Schedule
from rosearch.distillation.scheme import Scheme


@final
@dataclass(frozen=True, kw_only=True)
class Plain(Scheme):
    """Distillation on clean text with losses that fit a student of any width, with or without attention.

    Args:
        schedule: Steps and learning rate.
        softmax_temperature: Of the soft labels.
        soft_labels: Weight of the divergence from the teacher's soft labels.
        hard_labels: Weight of the cross-entropy with the task's own labels.
        pooled_states: Weight of the distance to the teacher's pooled states, through a learned projection.
        token_relations: Weight of the distance between the token Gram matrices.
        class_weights: What a text counts in the losses of labels: the same, or ``"balanced"``, all classes alike in
            sum; ``"auto"`` balances where the most frequent class has more than twice the texts of the rarest.

    References:
        Hinton, Vinyals, Dean (2015). Distilling the Knowledge in a Neural Network. arXiv:1503.02531
    """

    kind: Literal["plain"] = "plain"
    schedule: Schedule = field(default_factory=Schedule)
    softmax_temperature: float = 2.0
    soft_labels: float = 1.0
    hard_labels: float = 1.0
    pooled_states: float = 0.0
    token_relations: float = 0.0
    class_weights: ClassWeights = "auto"

    def __post_init__(self) -> None:
        if self.softmax_temperature <= 0:
            raise ValueError("softmax_temperature must be positive")
        if min(self.weights.values()) < 0 or max(self.weights.values()) == 0:
            raise ValueError("the weights of the losses must not be negative, and one must be positive")

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each loss by its name."""
        names = ("soft_labels", "hard_labels", "pooled_states", "token_relations")
        return {name: getattr(self, name) for name in names}

    @property
    def temperature(self) -> float:
        """Softmax temperature of the soft labels."""
        return self.softmax_temperature
