"""The part of a step that only robust distillation has: losses on perturbed texts and on what adversaries find."""

from dataclasses import replace
from typing import final

import numpy as np

from rosearch.core.errors import ConfigError
from rosearch.core.protocols import IntArray
from rosearch.core.rng import SeedTree
from rosearch.data.tokenization import Encoded
from rosearch.distillation.adversaries.gradient_swaps import GradientSwaps
from rosearch.distillation.consistency import consistency_loss
from rosearch.distillation.learner import Learner, Probe
from rosearch.distillation.objective import TrainingBatch
from rosearch.distillation.perturbed_texts import PerturbedTexts
from rosearch.distillation.robust import Robust
from rosearch.distillation.swap_search import SwapSearch
from rosearch.distillation.training_set import TextSource
from rosearch.distillation.worded_texts import WordedTexts
from rosearch.students.network import StudentOutput


@final
class Defence:
    """Adds gradients of the robust losses to those of the clean one.

    Args:
        scheme: Losses, perturbations, adversaries.
        source: The training texts.
        seeds: The branch of this training; perturbations are keyed by epoch below it.
    """

    def __init__(self, scheme: Robust, source: TextSource, *, seeds: SeedTree) -> None:
        self._scheme = scheme
        self._source = source
        self._seeds = seeds
        texts = WordedTexts(source.texts)
        self._drawer = PerturbedTexts(texts, scheme.perturbations) if scheme.draws else None
        self._perturbed: Encoded | None = None
        self._epoch = -1
        self._swaps = [
            (adversary, SwapSearch(adversary, source, texts, rng=seeds.child("neighbours", number).generator()))
            for number, adversary in enumerate(scheme.adversaries)
            if isinstance(adversary, GradientSwaps)
        ]

    def enter(self, epoch: int, *, progress: float) -> None:
        """Draws the perturbations of an epoch when it begins; within it, nothing happens.

        Args:
            epoch: Counted from 0.
            progress: The part of the training that is done when it ends.
        """
        if epoch == self._epoch:
            return
        self._epoch, strength = epoch, self._scheme.strength(progress)
        if self._drawer is not None:
            drawn = self._drawer.draw(strength=strength, rng=self._seeds.child("perturbation", epoch).generator())
            self._perturbed = self._source.encode(drawn)
        for number, (_, search) in enumerate(self._swaps):
            search.begin_epoch(strength=strength, rng=self._seeds.child("adversary", number, epoch).generator())

    def learn(
        self, learner: Learner, batch: TrainingBatch, rows: IntArray, *, clean: StudentOutput, probe: Probe
    ) -> float:
        """Adds gradients to the student's, and returns the sum of the losses.

        Args:
            learner: The student; its clean loss has gone its way back.
            batch: The clean texts.
            rows: Of the batch.
            clean: What the student gave for them.
            probe: Holds the gradient of the clean loss by the pieces' vectors.
        """
        total = 0.0
        if self._perturbed is not None:
            loss, output = learner.loss(replace(batch, **learner.read(self._perturbed, rows)))
            loss = self._scheme.perturbed * loss
            if self._scheme.consistency:
                loss = loss + self._scheme.consistency * consistency_loss(output.logits_BC, clean.logits_BC)
            loss.backward()  # type: ignore[no-untyped-call]
            total += float(loss.detach())
        for adversary, search in self._swaps:
            encoded = self._source.encode(search.texts(rows, probe.gradient_BLR, learner))
            loss, _ = learner.loss(replace(batch, **learner.read(encoded, np.arange(len(rows)))))
            loss = adversary.weight * loss
            loss.backward()  # type: ignore[no-untyped-call]
            total += float(loss.detach())
        return total


def defence_of(scheme: object, source: TextSource | None, *, seeds: SeedTree) -> Defence | None:
    """Returns what a scheme adds to a step; None for one that is not robust.

    Args:
        scheme: Any scheme.
        source: The training texts.
        seeds: The branch of this training.

    Raises:
        ConfigError: If the scheme is robust and there are no texts.
    """
    if not isinstance(scheme, Robust):
        return None
    if source is None:
        raise ConfigError("[fitness.scheme] kind = 'robust' rewrites texts; give the training set its source.")
    return Defence(scheme, source, seeds=seeds)
