"""The search of `AttackedTexts`: the attack engine against the student of the moment."""

from dataclasses import replace
from typing import final

import numpy as np

from rosearch.attacks.goal import MarginScore, margin_scale
from rosearch.core.protocols import IntArray
from rosearch.data.encoded import Encoded
from rosearch.distillation.adversaries.attacked_texts import AttackedTexts
from rosearch.distillation.learner import Learner, Probe
from rosearch.distillation.objective import UNLABELLED, TrainingBatch
from rosearch.distillation.opponent import Moment
from rosearch.distillation.training_set import TextSource
from rosearch.distillation.victim import LearnerVictim


@final
class AttackSearch:
    """Keeps attacked versions of some training texts, made anew every so often.

    Args:
        settings: The attack, and how much of it.
        source: The texts, and how the student reads them.
        labels: Of the texts, shape ``(n,)``.
    """

    def __init__(self, settings: AttackedTexts, source: TextSource, labels: IntArray) -> None:
        self._settings = settings
        self._source = source
        self._labels = labels
        self._places: IntArray = np.full(len(labels), -1, dtype=np.int64)
        self._attacked: Encoded | None = None
        self._rounds = 0

    def enter(self, moment: Moment, learner: Learner) -> None:
        """Attacks texts, where it is time for it.

        Args:
            moment: The epoch that begins.
            learner: The student as it is now.
        """
        if moment.epoch < (self._rounds + 1) * self._settings.every:
            return
        self._rounds += 1
        labelled = np.flatnonzero(self._labels != UNLABELLED)
        rows = np.sort(moment.rng.permutation(labelled)[: self._settings.texts])
        texts, labels = [self._source.texts[row] for row in rows.tolist()], self._labels[rows]
        victim = LearnerVictim(learner, self._source)
        results = self._settings.attack.run(
            victim,
            texts,
            labels.tolist(),
            score=MarginScore(scale=margin_scale(victim.logits(texts), labels)),
            seeds=int(moment.rng.integers(2**63)),
            max_queries=self._settings.max_queries,
        )
        changed = [place for place, result in enumerate(results) if result.adversarial != result.original]
        self._places[:] = -1
        self._places[rows[changed]] = np.arange(len(changed))
        self._attacked = self._source.encode([results[place].adversarial for place in changed])

    def learn(self, learner: Learner, batch: TrainingBatch, rows: IntArray, probe: Probe) -> float:  # noqa: ARG002
        """Adds the gradient of the loss on those texts of the batch that were attacked, and returns the loss.

        Args:
            learner: The student as it is now.
            batch: The clean texts.
            rows: Of the batch.
            probe: Not needed.
        """
        there = np.flatnonzero(self._places[rows] >= 0)
        if self._attacked is None or not len(there):
            return 0.0
        found = replace(batch.take(there), **learner.read(self._attacked, self._places[rows[there]]))
        loss, _ = learner.loss(found)
        # A mean over few texts must not weigh as much as one over the whole batch.
        return learner.descend(self._settings.weight * len(there) / len(rows) * loss)
