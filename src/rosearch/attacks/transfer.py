"""Texts that fooled other models, asked of a model."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from rosearch.attacks.checked_victim import CheckedVictim
from rosearch.attacks.goal import Score
from rosearch.attacks.result import AttackResult
from rosearch.core.protocols import IntArray, Text


def transferred(
    victim: CheckedVictim,
    texts: Sequence[Text],
    labels: IntArray,
    example_ids: Sequence[str],
    *,
    known: Mapping[str, Sequence[AttackResult]],
    score: Score,
) -> dict[str, AttackResult]:
    """Returns the outcomes of those texts that fall to what the same attack made of them for other models.

    Such a text keeps the attack's constraints, which look at it and the original alone and were checked when it was
    found. The queries and budgets of its outcome are those that finding it took then; ``computed_queries`` are this
    model's own.

    Args:
        victim: The model.
        texts: Before any attack.
        labels: The gold label of each, shape ``(n,)``.
        example_ids: Names of the texts.
        known: By example id, outcomes of the attack on other models, in the order of asking.
        score: Scores the texts.

    Returns:
        By example id; texts that are wrong before the attack, or fall to none, are not among them.
    """
    if not texts:
        return {}
    clean, _ = victim.logits(texts, example_ids)
    right = np.flatnonzero(clean.argmax(axis=1) == labels).tolist()
    waiting = {row: _usable(known.get(example_ids[row], ()), texts[row]) for row in right}
    asked = dict.fromkeys(waiting, 0)
    fallen: dict[str, AttackResult] = {}
    while waiting := {row: found for row, found in waiting.items() if found}:
        rows = list(waiting)
        sources = [waiting[row][0] for row in rows]
        logits, _ = victim.logits([source.adversarial for source in sources], [example_ids[row] for row in rows])
        for row, source, answer in zip(rows, sources, logits, strict=True):
            asked[row] += 1
            if int(answer.argmax()) == labels[row]:
                waiting[row] = waiting[row][1:]
                continue
            scores = score.of(np.stack([clean[row], answer]), labels[[row, row]])
            fallen[example_ids[row]] = replace(
                source,
                prediction_before=int(labels[row]),
                prediction_after=int(answer.argmax()),
                score_before=float(scores[0]),
                score_after=float(scores[1]),
                computed_queries=asked[row],
                rough_queries=0,
                transferred=True,
            )
            waiting[row] = ()
    return fallen


def _usable(results: Sequence[AttackResult], original: Text) -> Sequence[AttackResult]:
    """Leaves out what did not fool its model, and what was made of another text."""
    return tuple(result for result in results if result.status == "success" and result.original == original)


def texts_of_others(
    results: Sequence[AttackResult], others: Iterable[AttackResult]
) -> dict[str, tuple[AttackResult, ...]]:
    """Finds what fooled other models for each example of a model, matched by the text before the attack.

    Args:
        results: Of the model; they name the examples.
        others: Outcomes of the same attack on other models.

    Returns:
        By example id, in the order of ``others``, each adversarial text once; examples without any are left out.
    """
    found: dict[Text, dict[Text, AttackResult]] = defaultdict(dict)
    for other in others:
        if other.status == "success":
            found[other.original].setdefault(other.adversarial, other)
    return {result.example_id: tuple(found[result.original].values()) for result in results if result.original in found}
