"""Signs that a robustness figure is not what it seems: each is measured, and one beyond its limit is raised.

References:
    Croce, Hein (2020). Reliable Evaluation of Adversarial Robustness with an Ensemble of Diverse Parameter-free
    Attacks. arXiv:2003.01690. AutoAttack warns of defences that its attacks do not fit; ours are their likes for text.
    Raina et al. (2024). Extreme Miscalibration and the Illusion of Adversarial Robustness. arXiv:2402.17509
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias, final

import numpy as np

from rosearch.attacks.result import AttackResult
from rosearch.core.protocols import FloatArray

FlagName: TypeAlias = Literal[
    "over_confident",
    "miscalibrated",
    "constant",
    "unsteady",
    "hidden_by_confidence",
    "ranking_misleads",
    "transfer_wins",
    "flat_scores",
    "budget_ends",
]

POINTS = 0.03
"""How far two shares of texts may lie apart, by more than chance, before they are said to disagree."""

LIMITS: Mapping[FlagName, float] = {
    "over_confident": 0.99,
    "miscalibrated": 0.15,
    "constant": 0.995,
    "unsteady": 1e-3,
    "hidden_by_confidence": POINTS,
    "ranking_misleads": POINTS,
    "transfer_wins": POINTS,
    "flat_scores": 0.2,
    "budget_ends": 0.1,
}
"""Beyond these a flag is raised."""

_SENTENCES: Mapping[FlagName, str] = {
    "over_confident": "over-confident: mean confidence {value:.2%} of unchanged texts",
    "miscalibrated": "badly calibrated: confidence and accuracy lie {points:.1f} points apart",
    "constant": "constant: {value:.1%} of unchanged texts get one answer",
    "unsteady": "unsteady: asked again, it answers otherwise by {value:.2%} of a usual margin",
    "hidden_by_confidence": "hidden by confidence: uncalibrated, it looks {points:.1f} points more robust to {recipe}",
    "ranking_misleads": "{recipe} does better by {points:.1f} points where it takes words in random order",
    "transfer_wins": "{points:.1f} points more fall to texts that fooled other models than to {recipe}",
    "flat_scores": "{value:.0%} of {recipe}'s steps change no score, whatever is tried",
    "budget_ends": "{value:.0%} of {recipe}'s failures ran out of queries",
}


@final
@dataclass(frozen=True, kw_only=True)
class Flag:
    """A sign that was found.

    Args:
        name: Which.
        value: What was measured, a share.
        limit: Above which the flag is raised.
        recipe: Of which attack; None for what has to do with none.
    """

    name: FlagName
    value: float
    limit: float
    recipe: str | None = None

    @property
    def sentence(self) -> str:
        """What people read."""
        return _SENTENCES[self.name].format(value=self.value, points=100 * self.value, recipe=self.recipe)

    def to_record(self) -> dict[str, Any]:
        """Returns plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Flag":
        """Returns the flag that ``to_record`` made the record of."""
        return cls(**record)


def flags_of_answers(logits: FloatArray, again: FloatArray, *, scale: float, calibration_error: float) -> list[Flag]:
    """Returns the flags that a model's answers to unchanged texts raise.

    Args:
        logits: Shape ``(n, classes)``.
        again: The model's answers to the first of these texts in other batches, shape ``(at most n, classes)``.
        scale: A usual margin.
        calibration_error: Expected calibration error.
    """
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    confidence = (shares.max(axis=1) / shares.sum(axis=1)).mean()
    answers = np.bincount(logits.argmax(axis=1), minlength=logits.shape[1]) / len(logits)
    found: dict[FlagName, float] = {
        "over_confident": float(confidence),
        "miscalibrated": calibration_error,
        "constant": float(answers.max()),
        "unsteady": float(np.abs(again - logits[: len(again)]).max(initial=0.0)) / scale,
    }
    return _raised(found)


def flags_of_attack(
    recipe: str,
    results: Sequence[AttackResult],
    *,
    uncalibrated: Sequence[AttackResult] = (),
    calibrated: Sequence[AttackResult] = (),
    shuffled: Sequence[AttackResult] = (),
) -> list[Flag]:
    """Returns the flags that an attack raises; what it is compared with is of the same model, on some of the examples.

    Args:
        recipe: The attack's kind.
        results: Of the attack as it is.
        uncalibrated: By probability with the model's own confidence.
        calibrated: By probability at the temperature that fits.
        shuffled: With words in random order, by the score of ``results``.

    ``budget_ends`` needs an attack with ``max_queries``; those of a study have none, only budgets at which the curve is
    read, so that it is never raised there.
    """
    steps = sum(result.steps for result in results)
    failures = [result for result in results if result.status == "failed"]
    found: dict[FlagName, float] = {
        "hidden_by_confidence": _excess(_robust(uncalibrated), _robust(calibrated)),
        "ranking_misleads": _excess(_robust(results), _robust(shuffled)),
        "flat_scores": sum(result.flat_steps for result in results) / max(1, steps),
        "budget_ends": sum(result.exhausted for result in failures) / max(1, len(failures)),
    }
    return _raised(found, recipe)


def flags_of_transfer(recipe: str, results: Sequence[AttackResult], fallen: Collection[str]) -> list[Flag]:
    """Returns the flag of an attack that does worse than texts that it made for other models; empty where it does not.

    What is wrong before any attack has fallen in both; an example that no other model has a text of has not fallen to
    such texts.

    Args:
        recipe: The attack's kind.
        results: Of the attack on the model itself.
        fallen: Ids of the examples that fall to a text that fooled another model.
    """
    transfer = {result.example_id: result.status != "skipped" and result.example_id not in fallen for result in results}
    return _raised({"transfer_wins": _excess(_robust(results), transfer)}, recipe)


def _robust(results: Iterable[AttackResult]) -> dict[str, bool]:
    return {result.example_id: result.robust for result in results}


def _excess(first: Mapping[str, bool], second: Mapping[str, bool]) -> float:
    """Returns by how much more of the examples that both have are robust in the first; 0 where that may be chance.

    Of those that differ, chance lets as many differ one way as the other; beyond twice its standard deviation it is
    not taken for chance (McNemar 1947).
    """
    both = first.keys() & second.keys()
    more = sum(first[name] - second[name] for name in both)
    differing = sum(first[name] != second[name] for name in both)
    return more / len(both) if more > 2 * math.sqrt(differing) else 0.0


def _raised(found: Mapping[FlagName, float], recipe: str | None = None) -> list[Flag]:
    return [
        Flag(name=name, value=float(value), limit=LIMITS[name], recipe=recipe)
        for name, value in found.items()
        if value > LIMITS[name]
    ]
