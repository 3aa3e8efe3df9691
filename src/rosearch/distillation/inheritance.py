"""What carries `InheritedTexts` out: a student learns from its parents' texts, and finds some for its children."""

from collections.abc import Mapping
from typing import final

import numpy as np
from numpy.random import Generator

from rosearch.core.protocols import IntArray, Text
from rosearch.distillation.adversaries.inherited_texts import InheritedTexts
from rosearch.distillation.found_texts import FoundTexts, attack_rows
from rosearch.distillation.learner import Learner, Probe
from rosearch.distillation.objective import UNLABELLED, TrainingBatch
from rosearch.distillation.opponent import Moment
from rosearch.distillation.training_set import TextSource


@final
class Inheritance:
    """Keeps the texts that the parents were beaten with.

    Args:
        settings: The attacks, and how much of them.
        source: The texts, and how the student reads them.
        labels: Of the texts, shape ``(n,)``.
        inherited: The parents' texts, by row of the original.
    """

    def __init__(
        self, settings: InheritedTexts, source: TextSource, labels: IntArray, inherited: Mapping[int, Text]
    ) -> None:
        self._settings = settings
        self._source = source
        self._labels = labels
        self._found = FoundTexts(source)
        self._found.replace(inherited)

    def enter(self, moment: Moment, learner: Learner) -> None:
        """Does nothing: the texts stay the same.

        Args:
            moment: The epoch that begins.
            learner: Not asked.
        """

    def learn(self, learner: Learner, batch: TrainingBatch, rows: IntArray, probe: Probe) -> float:  # noqa: ARG002
        """Adds the gradient of the loss on those texts of the batch that were inherited, and returns the loss.

        Args:
            learner: The student as it is now.
            batch: The clean texts.
            rows: Of the batch.
            probe: Not needed.
        """
        return self._found.learn(learner, batch, rows, weight=self._settings.weight)

    def leave(self, learner: Learner, rng: Generator) -> dict[int, Text]:
        """Attacks the trained student, and returns by row of the original what flips it.

        Args:
            learner: The student.
            rng: Draws the texts, and the attacks' randomness.
        """
        labelled = np.flatnonzero(self._labels != UNLABELLED)
        rows = rng.permutation(labelled)[: self._settings.texts]
        left: dict[int, Text] = {}
        for part, attack in zip(np.array_split(rows, len(self._settings.attacks)), self._settings.attacks, strict=True):
            seed, ordered = int(rng.integers(2**63)), np.sort(part)
            if len(ordered):
                results = attack_rows(
                    learner,
                    self._source,
                    self._labels,
                    ordered,
                    attack=attack,
                    seed=seed,
                    limit=self._settings.max_queries,
                )
                flips = (pair for pair in zip(ordered.tolist(), results, strict=True) if pair[1].status == "success")
                left |= {row: result.adversarial for row, result in flips}
        return dict(sorted(left.items()))
