"""The part of a step that only robust distillation has: losses on perturbed texts and on what adversaries find."""

from collections.abc import Mapping
from dataclasses import replace
from typing import final

import numpy as np
import torch

from rosearch.core.errors import ConfigError
from rosearch.core.protocols import IntArray, Text
from rosearch.core.rng import SeedTree
from rosearch.data.encoded import Encoded
from rosearch.distillation.adversaries.adversary import Adversary
from rosearch.distillation.adversaries.attacked_texts import AttackedTexts
from rosearch.distillation.adversaries.convex_hull import ConvexHull
from rosearch.distillation.adversaries.free_lb import FreeLB
from rosearch.distillation.adversaries.gradient_swaps import GradientSwaps
from rosearch.distillation.adversaries.inherited_texts import InheritedTexts
from rosearch.distillation.adversaries.worst_draws import WorstDraws
from rosearch.distillation.attack_search import AttackSearch
from rosearch.distillation.consistency import consistency_loss
from rosearch.distillation.draw_search import DrawSearch
from rosearch.distillation.embedding_search import BallSearch, HullSearch
from rosearch.distillation.epoch import Epoch
from rosearch.distillation.inheritance import Inheritance
from rosearch.distillation.learner import Learner, Probe
from rosearch.distillation.objective import TrainingBatch
from rosearch.distillation.opponent import Moment, Opponent
from rosearch.distillation.perturbed_texts import PerturbedTexts
from rosearch.distillation.robust import Robust
from rosearch.distillation.scheme import Scheme
from rosearch.distillation.swap_search import SwapSearch
from rosearch.distillation.training_set import TextSource, TrainingSet
from rosearch.distillation.worded_texts import WordedTexts
from rosearch.students.network import StudentOutput


@final
class Defence:
    """Adds gradients of the robust losses to those of the clean one.

    Args:
        scheme: Losses, perturbations, adversaries.
        source: The training texts.
        labels: Of the texts, shape ``(n,)``.
        inherited: Texts that beat the parents, by row of the original; None where nothing is inherited or left.
        seeds: The branch of this training; perturbations are keyed by epoch below it.
    """

    def __init__(
        self,
        scheme: Robust,
        source: TextSource,
        labels: IntArray,
        *,
        inherited: Mapping[int, Text] | None,
        seeds: SeedTree,
    ) -> None:
        self._scheme = scheme
        self._source = source
        self._seeds = seeds
        texts = WordedTexts(source.texts)
        self._drawer = PerturbedTexts(texts, scheme.perturbations) if scheme.draws and scheme.perturbations else None
        self._perturbed: Encoded | None = None
        self._places: IntArray = np.full(len(source.texts), -1, dtype=np.int64)
        self._epoch = -1
        self._leaves = inherited is not None
        self._opponents: list[Opponent] = [
            _opponent(adversary, source, labels, texts, inherited or {}) for adversary in scheme.adversaries
        ]

    def enter(self, epoch: Epoch, learner: Learner, *, progress: float) -> None:
        """Draws the perturbations of an epoch when it begins; within it, nothing happens.

        Args:
            epoch: The present one.
            learner: The student as it is now.
            progress: The part of the training that is done when the epoch ends.
        """
        if epoch.number == self._epoch:
            return
        self._epoch, strength = epoch.number, self._scheme.strength(progress)
        if self._drawer is not None:
            rng = self._seeds.child("perturbation", epoch.number).generator()
            self._perturbed = self._source.encode(self._drawer.draw(epoch.rows, strength=strength, rng=rng))
            self._places[epoch.rows] = np.arange(len(epoch.rows))
        for number, opponent in enumerate(self._opponents):
            rng = self._seeds.child("adversary", number, epoch.number).generator()
            opponent.enter(Moment(epoch=epoch.number, strength=strength, rng=rng), learner)

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
        if self._scheme.draws:
            drawn = {} if self._perturbed is None else learner.read(self._perturbed, self._places[rows])
            perturbed = replace(batch, **drawn)
            loss, output = learner.loss(self._with_pieces_left_out(perturbed))
            loss = self._scheme.perturbed * loss
            if self._scheme.consistency:
                loss = loss + self._scheme.consistency * consistency_loss(output.logits_BC, clean.logits_BC)
            total += learner.descend(loss)
        return total + sum(opponent.learn(learner, batch, rows, probe) for opponent in self._opponents)

    def leave(self, learner: Learner) -> dict[int, Text]:
        """Returns what the training leaves to those who inherit: texts that beat the student, by row of the original.

        Args:
            learner: The student as it is at the end.
        """
        rng = self._seeds.child("adversary", "left").generator()
        inheritance = next((each for each in self._opponents if isinstance(each, Inheritance)), None)
        return inheritance.leave(learner, rng) if inheritance and self._leaves else {}

    def _with_pieces_left_out(self, batch: TrainingBatch) -> TrainingBatch:
        """Hides some pieces as padding is hidden, never the first, which every text must have."""
        if not self._scheme.piece_dropout:
            return batch
        kept_BL = torch.rand(batch.mask_BL.shape) >= self._scheme.piece_dropout
        kept_BL[:, 0] = True
        return replace(batch, mask_BL=batch.mask_BL & kept_BL.to(batch.mask_BL.device))


def defence_of(scheme: Scheme, data: TrainingSet, *, seeds: SeedTree) -> Defence | None:
    """Returns what a scheme adds to a step; None for one that is not robust.

    Args:
        scheme: Any scheme.
        data: What the student is trained on.
        seeds: The branch of this training.

    Raises:
        ConfigError: If the scheme is robust and the texts themselves are not given.
    """
    if not isinstance(scheme, Robust):
        return None
    if data.source is None:
        raise ConfigError("[fitness.scheme] kind = 'robust' rewrites texts; give the training set its source.")
    return Defence(scheme, data.source, data.labels, inherited=data.inherited, seeds=seeds)


def _opponent(
    adversary: Adversary,
    source: TextSource,
    labels: IntArray,
    texts: WordedTexts,
    inherited: Mapping[int, Text],
) -> Opponent:
    """Returns what carries an adversary out."""
    match adversary:
        case GradientSwaps():
            return SwapSearch(adversary, source, texts)
        case WorstDraws():
            return DrawSearch(adversary, source, texts)
        case ConvexHull():
            return HullSearch(adversary, source, texts)
        case FreeLB():
            return BallSearch(adversary)
        case AttackedTexts():
            return AttackSearch(adversary, source, labels)
        case InheritedTexts():
            return Inheritance(adversary, source, labels, inherited)
    raise ConfigError(f"[fitness.scheme] there is nothing that carries out the adversary {adversary!r}")
