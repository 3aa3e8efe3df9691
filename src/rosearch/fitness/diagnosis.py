"""What shows whether a robustness figure can be believed: the model's answers, and attacks in other ways."""

from collections.abc import Mapping, Sequence

import numpy as np

from rosearch.attacks.attack import Attack
from rosearch.attacks.flags import Flag, flags_of_answers, flags_of_attack
from rosearch.attacks.goal import ProbabilityScore, Score, margin_scale
from rosearch.attacks.result import AttackResult
from rosearch.core.protocols import FloatArray, Text, Victim
from rosearch.data.task import Split
from rosearch.fitness.attacking import Attacking
from rosearch.fitness.calibration import expected_calibration_error

EXAMPLES = 100
"""So many of the attacked texts are attacked once more in each other way."""

ASKED_AGAIN = 64


def answer_flags(victim: Victim, dev: Split, dev_logits: FloatArray) -> list[Flag]:
    """Returns the flags that a model's answers to dev raise.

    Args:
        victim: The model; it is asked again for a few texts, in two batches and from the last to the first.
        dev: The split.
        dev_logits: The answers, shape ``(len(dev), classes)``.
    """
    texts: list[Text] = list(dev.texts[:ASKED_AGAIN])
    again = np.empty_like(dev_logits[: len(texts)])
    for rows in (np.arange(len(texts))[::-2], np.arange(len(texts))[-2::-2]):
        if len(rows):
            again[rows] = victim.logits([texts[row] for row in rows])
    return flags_of_answers(
        dev_logits,
        again,
        scale=margin_scale(dev_logits, dev.labels),
        calibration_error=expected_calibration_error(dev_logits, dev.labels),
    )


def attack_flags(
    attacking: Attacking,
    attack: Attack,
    scores: Mapping[str, Score],
    results: Mapping[str, Sequence[AttackResult]],
    *,
    thorough: bool,
) -> list[Flag]:
    """Returns the flags that an attack raises.

    Args:
        attacking: The model and the texts.
        attack: The recipe.
        scores: By name; the first is the one that is compared.
        results: The outcomes, by the score's name.
        thorough: Whether to attack in other ways too: words in random order, and the model's own confidence.
    """
    first = next(iter(scores))
    shuffled: Sequence[AttackResult] = ()
    uncalibrated: Sequence[AttackResult] = ()
    if thorough:
        few = attacking.few(EXAMPLES)
        shuffled = few.run(attack, scores[first], order="random")
        if isinstance(fitted := scores.get("probability"), ProbabilityScore):
            uncalibrated = few.run(attack, ProbabilityScore(resolution=fitted.resolution))
    return flags_of_attack(
        attack.name,
        results[first],
        uncalibrated=uncalibrated,
        calibrated=results.get("probability", ()),
        shuffled=shuffled,
    )
