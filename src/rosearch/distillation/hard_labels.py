"""Training without a teacher: the baseline that shows what distillation brings."""

from dataclasses import dataclass, field
from typing import Literal, final

from rosearch.data.class_weights import ClassWeights
from rosearch.distillation.schedule import Schedule
from rosearch.distillation.scheme import Scheme


@final
@dataclass(frozen=True, kw_only=True)
class HardLabels(Scheme):
    """Cross-entropy with the task's labels, nothing from the teacher but the initial word embeddings.

    Args:
        schedule: Steps and learning rate.
        class_weights: What a text counts in the losses of labels: the same, or ``"balanced"``, all classes alike in
            sum; ``"auto"`` balances where the most frequent class has more than twice the texts of the rarest.
    """

    kind: Literal["hard_labels"] = "hard_labels"
    schedule: Schedule = field(default_factory=Schedule)
    class_weights: ClassWeights = "auto"

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each loss by its name."""
        return {"hard_labels": 1.0}

    @property
    def temperature(self) -> float:
        """Softmax temperature of soft labels, which this scheme does not use."""
        return 1.0
