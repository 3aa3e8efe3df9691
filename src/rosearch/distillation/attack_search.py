"""The search of `AttackedTexts`: the attack engine against the student of the moment."""

from typing import final

import numpy as np

from rosearch.core.protocols import IntArray
from rosearch.distillation.adversaries.attacked_texts import AttackedTexts
from rosearch.distillation.found_texts import FoundTexts, attack_rows
from rosearch.distillation.learner import Learner, Probe
from rosearch.distillation.objective import UNLABELLED, TrainingBatch
from rosearch.distillation.opponent import Moment
from rosearch.distillation.training_set import TextSource


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
        self._found = FoundTexts(source)
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
        results = attack_rows(
            learner,
            self._source,
            self._labels,
            rows,
            attack=self._settings.attack,
            seed=int(moment.rng.integers(2**63)),
            limit=self._settings.max_queries,
        )
        pairs = zip(rows.tolist(), results, strict=True)
        self._found.replace({row: result.adversarial for row, result in pairs if result.adversarial != result.original})

    def learn(self, learner: Learner, batch: TrainingBatch, rows: IntArray, probe: Probe) -> float:  # noqa: ARG002
        """Adds the gradient of the loss on those texts of the batch that were attacked, and returns the loss.

        Args:
            learner: The student as it is now.
            batch: The clean texts.
            rows: Of the batch.
            probe: Not needed.
        """
        return self._found.learn(learner, batch, rows, weight=self._settings.weight)
