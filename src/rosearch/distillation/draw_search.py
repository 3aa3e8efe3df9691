"""The search of `WorstDraws`: the student is asked for several rewritings of each text of a batch.

Shapes: B batch, D draws, C classes.
"""

from dataclasses import replace
from typing import final

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from rosearch.core.protocols import IntArray
from rosearch.distillation.adversaries.worst_draws import WorstDraws
from rosearch.distillation.learner import Learner, Probe
from rosearch.distillation.objective import UNLABELLED, TrainingBatch
from rosearch.distillation.opponent import Moment
from rosearch.distillation.perturbed_texts import PerturbedTexts
from rosearch.distillation.training_set import TextSource
from rosearch.distillation.worded_texts import WordedTexts


@final
class DrawSearch:
    """Finds, among random rewritings of a text, the one that hurts most.

    Args:
        settings: Perturbations, number of draws and weight.
        source: The texts, and how the student reads them.
        texts: Their words.
    """

    def __init__(self, settings: WorstDraws, source: TextSource, texts: WordedTexts) -> None:
        self._settings = settings
        self._source = source
        self._drawer = PerturbedTexts(texts, settings.perturbations)
        self._moment: Moment | None = None

    def enter(self, moment: Moment, learner: Learner) -> None:  # noqa: ARG002 - the signature of every opponent
        """Takes the strength and the random numbers of an epoch.

        Args:
            moment: The epoch that begins.
            learner: Not asked.
        """
        self._moment = moment

    def learn(self, learner: Learner, batch: TrainingBatch, rows: IntArray, probe: Probe) -> float:  # noqa: ARG002
        """Adds the gradient of the mean loss on each text's worst rewriting, and returns that loss.

        Args:
            learner: The student as it is now.
            batch: The clean texts.
            rows: Of the batch.
            probe: Not needed.
        """
        if self._moment is None:
            raise RuntimeError("an epoch must be entered first")
        count, draws = len(rows), self._settings.draws
        drawn = [self._drawer.draw(rows, strength=self._moment.strength, rng=self._moment.rng) for _ in range(draws)]
        encoded = self._source.encode([text for texts in drawn for text in texts])
        places_DB = np.arange(draws * count).reshape(draws, count)
        losses_DB = torch.stack([_losses(learner, batch, learner.read(encoded, places)) for places in places_DB])
        worst_B = losses_DB.argmax(dim=0).cpu().numpy()
        chosen = learner.read(encoded, places_DB[worst_B, np.arange(count)])
        loss, _ = learner.loss(replace(batch, **chosen))
        return learner.descend(self._settings.weight * loss)


@torch.no_grad()
def _losses(learner: Learner, batch: TrainingBatch, read: dict[str, Tensor]) -> Tensor:
    """Returns the cross-entropy of each text with the teacher's answer, or with its label where there is none."""
    _, output = learner.loss(replace(batch, **read))
    logits_BC = output.logits_BC.float()
    if batch.teacher_logits_BC is None:
        return cross_entropy(logits_BC, batch.labels_B, reduction="none", ignore_index=UNLABELLED)
    return cross_entropy(logits_BC, batch.teacher_logits_BC.float().softmax(dim=1), reduction="none")
