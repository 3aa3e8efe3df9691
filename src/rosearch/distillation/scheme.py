"""What a training scheme is: the losses and the schedule that every candidate of a study shares. No torch."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, final

from rosearch.core.component import Component
from rosearch.data.class_weights import ClassWeights
from rosearch.distillation.schedule import Schedule
from rosearch.lexicons.resource import Resource


class Scheme(Component, ABC):
    """Base of schemes. A study trains all its students by one scheme, else its statistics would mean nothing."""

    family: ClassVar[str] = "scheme"
    members: ClassVar[tuple[str, ...]] = (
        "rosearch.distillation.plain",
        "rosearch.distillation.hard_labels",
        "rosearch.distillation.robust",
    )

    schedule: Schedule
    class_weights: ClassWeights

    @property
    @abstractmethod
    def weights(self) -> dict[str, float]:
        """The weight of each loss by its name; names with weight 0 are not computed."""

    @property
    @abstractmethod
    def temperature(self) -> float:
        """Softmax temperature of the soft labels."""

    @final
    def genes(self) -> dict[str, Any]:
        """Returns what decides a training: the configuration, with the content of resources where it has their places.

        Raises:
            AssetError: If a resource cannot be had.
        """
        return {name: _content(value) for name, value in vars(self).items()}

    @property
    def state_losses(self) -> tuple[str, ...]:
        """The losses that compare states of the teacher, which one that is a file of answers does not give."""
        return tuple(name for name in ("pooled_states", "token_relations") if self.weights.get(name, 0.0) > 0)

    @property
    def inherits(self) -> bool:
        """Whether a trial of a search learns from what its parents' trainings left."""
        return False

    @property
    def uses_tokens(self) -> bool:
        """Whether the states of the teacher's tokens are wanted, which take more room than all else."""
        return self.weights.get("token_relations", 0.0) > 0


def _content(value: Any) -> Any:
    if isinstance(value, Resource):
        return value.fingerprint()
    if isinstance(value, tuple):
        return [_content(item) for item in value]
    return {name: _content(item) for name, item in vars(value).items()} if isinstance(value, Component) else value
