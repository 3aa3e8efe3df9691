"""An evaluation: one candidate, trained, attacked and measured at one fidelity. Plain data; no torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self, final

from rosearch.attacks.robustness import Robustness
from rosearch.distillation.scheme import Scheme
from rosearch.space.architecture import Architecture


@final
@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What is to be evaluated.

    Args:
        name: What the report calls it, such as an architecture's id or ``"bag of embeddings"``.
        model: A student to be trained, the teacher as it is, or the constant answer of the majority class.
        architecture: What to build; given for a student and only then.
        scheme: How to train it; given for a student and only then.
        repeat: Which of several trainings, from 0; another repeat has other random numbers.
    """

    name: str
    model: Literal["student", "teacher", "majority"] = "student"
    architecture: Architecture | None = None
    scheme: Scheme | None = None
    repeat: int = 0


@final
@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What was measured.

    Args:
        name: The candidate's.
        repeat: The candidate's.
        training_id: Names everything that decided the weights.
        attack_id: Names the training, the attacks, their scores, budgets and examples.
        metrics: Figures by name, all finite: accuracies as shares, sizes as counts, times in seconds.
        robustness: One record for each attack and score.
        architecture: What was built; None for what is no student.
        details: Plain data beside the figures, such as the training's report.
    """

    name: str
    repeat: int
    training_id: str
    attack_id: str
    metrics: Mapping[str, float]
    robustness: tuple[Robustness, ...]
    architecture: Architecture | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_record(self) -> dict[str, Any]:
        """Returns plain data for the journal."""
        return {
            "name": self.name,
            "repeat": self.repeat,
            "training_id": self.training_id,
            "attack_id": self.attack_id,
            "metrics": dict(self.metrics),
            "robustness": [record.to_record() for record in self.robustness],
            "architecture": self.architecture.to_json() if self.architecture else None,
            "details": dict(self.details),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Rebuilds an evaluation from what ``to_record`` gave."""
        architecture = record["architecture"]
        return cls(
            name=record["name"],
            repeat=record["repeat"],
            training_id=record["training_id"],
            attack_id=record["attack_id"],
            metrics=record["metrics"],
            robustness=tuple(Robustness.from_record(item) for item in record["robustness"]),
            architecture=Architecture.from_json(architecture) if architecture else None,
            details=record["details"],
        )
