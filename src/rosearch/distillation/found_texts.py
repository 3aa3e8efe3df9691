"""Adversarial versions of some training texts, and what a student learns of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import final

import numpy as np

from rosearch.attacks.attack import Attack
from rosearch.attacks.goal import MarginScore, margin_scale
from rosearch.attacks.result import AttackResult
from rosearch.core.protocols import IntArray, Text
from rosearch.data.encoded import Encoded
from rosearch.distillation.learner import Learner
from rosearch.distillation.objective import TrainingBatch
from rosearch.distillation.training_set import TextSource
from rosearch.distillation.victim import LearnerVictim


@final
class FoundTexts:
    """Adversarial versions of training texts, which stand for their originals in a batch.

    Args:
        source: The training texts, and how the student reads them.
    """

    def __init__(self, source: TextSource) -> None:
        self._source = source
        self._places: IntArray = np.full(len(source.texts), -1, dtype=np.int64)
        self._encoded: Encoded | None = None

    def replace(self, texts: Mapping[int, Text]) -> None:
        """Forgets those of before and takes others.

        Args:
            texts: By row of the original.
        """
        self._places[:] = -1
        self._places[list(texts)] = np.arange(len(texts))
        self._encoded = self._source.encode(list(texts.values())) if texts else None

    def learn(self, learner: Learner, batch: TrainingBatch, rows: IntArray, *, weight: float) -> float:
        """Adds the gradient of the loss on those texts of a batch that have such a version, and returns the loss.

        Args:
            learner: The student as it is now.
            batch: The clean texts.
            rows: Of the batch.
            weight: Of a text, relative to a clean one.
        """
        there = np.flatnonzero(self._places[rows] >= 0)
        if self._encoded is None or not len(there):
            return 0.0
        found = replace(batch.take(there), **learner.read(self._encoded, self._places[rows[there]]))
        loss, _ = learner.loss(found)
        # A mean over few texts must not weigh as much as one over the whole batch.
        return learner.descend(weight * len(there) / len(rows) * loss)


def attack_rows(
    learner: Learner, source: TextSource, labels: IntArray, rows: IntArray, *, attack: Attack, seed: int, limit: int
) -> tuple[AttackResult, ...]:
    """Attacks a student in training on some of its texts.

    Args:
        learner: The student as it is now.
        source: The training texts.
        labels: Of all of them, shape ``(n,)``.
        rows: Which texts; at least one.
        attack: The recipe.
        seed: Of its randomness.
        limit: Queries for each text.
    """
    texts, gold = [source.texts[row] for row in rows.tolist()], labels[rows]
    victim = LearnerVictim(learner, source)
    score = MarginScore(scale=margin_scale(victim.logits(texts), gold))
    return attack.run(victim, texts, gold.tolist(), score=score, seeds=seed, max_queries=limit)
