"""How close an attack is to its goal: another prediction than the gold label."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, final

import numpy as np

from rosearch.core.component import Component
from rosearch.core.errors import AttackError
from rosearch.core.protocols import BoolArray, FloatArray, IntArray

# Far above float32 noise between batches; a power of two, so that multiples of it are exact.
_MARGIN_RESOLUTION = 2.0**-10


class Score(Component, ABC):
    """Turns logits into what the attack maximises; higher is closer to another prediction."""

    family: ClassVar[str] = "score"
    members: ClassVar[tuple[str, ...]] = ("rosearch.attacks.goal",)

    @abstractmethod
    def of(self, logits: FloatArray, gold: IntArray) -> FloatArray:
        """Scores texts.

        Args:
            logits: Shape ``(n, classes)``.
            gold: The label that the attack wants the model to leave, shape ``(n,)``.

        Returns:
            Shape ``(n,)``.
        """

    @abstractmethod
    def error(self, logit_error: float) -> float:
        """Returns how far a score may be off, at most, where logits are known with an error.

        Args:
            logit_error: Largest error of the difference between two logits of a text.
        """

    def zero(self, clean: float) -> float:
        """Returns the score that stands for 'no effect' where a recipe multiplies scores.

        Args:
            clean: The score of the text before the attack.
        """
        return clean

    def by_class(self, logits: FloatArray) -> FloatArray:
        """Returns how much the victim holds with each class, for recipes that look at the class that leads.

        Args:
            logits: Shape ``(n, classes)``.

        Returns:
            Shape ``(n, classes)``; here logits less their mean.
        """
        centred: FloatArray = logits - logits.mean(axis=1, keepdims=True)
        return centred


@final
@dataclass(frozen=True, kw_only=True)
class ProbabilityScore(Score):
    """One minus the gold label's probability, as TextAttack has it.

    A victim that gives probabilities is asked through its logarithms: ``logits = log p``.

    Args:
        temperature: Divides the logits; fit it on dev before quoting a figure.
        resolution: Scores are rounded to multiples of this; 0 keeps every bit, as TextAttack does. 1e-6 is above the
            noise that a float32 model has between one batch and another.

    Raises:
        ValueError: If ``temperature`` is not above 0 or ``resolution`` is below 0.
    """

    temperature: float = 1.0
    resolution: float = 0.0
    kind: Literal["probability"] = "probability"

    def __post_init__(self) -> None:
        _require(self.temperature > 0, f"temperature must be above 0, got {self.temperature}.")
        _require(self.resolution >= 0, f"resolution must not be below 0, got {self.resolution}.")

    def of(self, logits: FloatArray, gold: IntArray) -> FloatArray:
        """Scores texts between 0 (sure of the gold label) and 1."""
        weights = self._weights(logits)
        probability = weights[np.arange(len(gold)), gold] / weights.sum(axis=1)
        return _round(1.0 - probability, self.resolution)

    def error(self, logit_error: float) -> float:
        """Returns the error of a score; a probability changes by a quarter of its logit's change at most."""
        return logit_error / (4 * self.temperature) + self.resolution

    def by_class(self, logits: FloatArray) -> FloatArray:
        """Returns the probabilities of the classes, shape ``(n, classes)``."""
        weights = self._weights(logits)
        return _round(weights / weights.sum(axis=1, keepdims=True), self.resolution)

    def _weights(self, logits: FloatArray) -> FloatArray:
        scaled = logits / self.temperature
        weights: FloatArray = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return weights

    def zero(self, clean: float) -> float:  # noqa: ARG002
        """Returns 0: TextAttack multiplies the score itself, not its change."""
        return 0.0


@final
@dataclass(frozen=True, kw_only=True)
class MarginScore(Score):
    """The negative margin, ``(best other logit - gold logit) / scale``; no scaling of the logits can fool it.

    Softmax saturates where a model is sure, so that sharp logits alone make it look robust. The margin does not, and
    divided by its own size on dev it is the same for a model and for the model with all logits multiplied.

    Args:
        scale: What ``margin_scale`` gives for the victim's dev logits.
        resolution: Scores are rounded to multiples of this. A float32 model answers a text differently from one batch
            to another, by 2e-7 of the scale on average and 2e-6 at most (measured on BERTs of 2 and 4 layers).
            Candidates that are equal to the model, such as two spellings with the same word pieces, would be told
            apart by that noise; rounded, fewer than one such tie in a thousand is. A step that gains less than the
            resolution would need a thousand like it to flip an ordinary text, so nothing is lost.

    Raises:
        ValueError: If ``scale`` is not above 0 or ``resolution`` is below 0.

    References:
        Raina et al. (2024). Extreme Miscalibration and the Illusion of Adversarial Robustness. arXiv:2402.17509.
        Carlini, Wagner (2017). Towards Evaluating the Robustness of Neural Networks. Ours is their loss f6, scaled.
    """

    scale: float = 1.0
    resolution: float = _MARGIN_RESOLUTION
    kind: Literal["margin"] = "margin"

    def __post_init__(self) -> None:
        _require(self.scale > 0, f"scale must be above 0, got {self.scale}.")
        _require(self.resolution >= 0, f"resolution must not be below 0, got {self.resolution}.")

    def of(self, logits: FloatArray, gold: IntArray) -> FloatArray:
        """Scores texts below 0 while the gold label leads, above 0 when another does."""
        return _round(-margins(logits, gold) / self.scale, self.resolution)

    def error(self, logit_error: float) -> float:
        """Returns the error of a score: that of the difference of logits, on the score's scale."""
        return logit_error / self.scale + self.resolution

    def by_class(self, logits: FloatArray) -> FloatArray:
        """Returns the logits less their mean, divided by the scale, shape ``(n, classes)``."""
        return _round(super().by_class(logits) / self.scale, self.resolution)


def margins(logits: FloatArray, gold: IntArray) -> FloatArray:
    """Returns by how much the gold logit leads the best other, float64, shape ``(n,)``.

    Args:
        logits: Shape ``(n, classes)``.
        gold: Shape ``(n,)``.
    """
    rows = np.arange(len(gold))
    others = np.array(logits, dtype=np.float64)
    lead = others[rows, gold].copy()
    others[rows, gold] = -np.inf
    distance: FloatArray = lead - others.max(axis=1)
    return distance


def margin_scale(logits: FloatArray, labels: IntArray) -> float:
    """Returns the root mean square of the margins, the unit of ``MarginScore``; 1 where all margins are 0.

    Args:
        logits: The victim's logits on dev, shape ``(n, classes)``.
        labels: Shape ``(n,)``.

    Raises:
        AttackError: If there is no row or a logit is not finite.
    """
    if not len(logits) or not np.isfinite(logits).all():
        raise AttackError("The scale of margins needs finite logits of at least one text.")
    values = margins(logits, labels)
    # A power of two taken out beforehand changes no bit of the result and keeps the squares in range.
    exponent = int(np.frexp(np.abs(values).max())[1])
    return float(np.ldexp(np.sqrt(np.mean(np.square(np.ldexp(values, -exponent)))), exponent)) or 1.0


def flipped(logits: FloatArray, gold: IntArray) -> BoolArray:
    """Says for each row whether the prediction is another than ``gold``; of equal logits the first class wins."""
    differs: BoolArray = logits.argmax(axis=1) != gold
    return differs


def _round(values: FloatArray, resolution: float) -> FloatArray:
    return np.rint(values / resolution) * resolution if resolution else values


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise ValueError(message)
