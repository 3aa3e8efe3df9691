"""The searches of `ConvexHull` and `FreeLB`: in the space of the embedding table, where no text need lie.

Shapes: B batch, L tokens, W words of the batch, K neighbours of a word, R rank of the embedding table.
"""

from collections.abc import Callable
from typing import final

import torch
from torch import Tensor

from rosearch.core.protocols import IntArray
from rosearch.distillation.adversaries.convex_hull import ConvexHull
from rosearch.distillation.adversaries.free_lb import FreeLB
from rosearch.distillation.learner import Learner, Probe
from rosearch.distillation.neighbourhoods import Neighbourhoods
from rosearch.distillation.objective import TrainingBatch
from rosearch.distillation.opponent import Moment
from rosearch.distillation.perturbations.word_substitution import WordSubstitution
from rosearch.distillation.training_set import TextSource
from rosearch.distillation.word_places import BatchWords, WordPlaces
from rosearch.distillation.worded_texts import WordedTexts

_TINY = 1e-12


@final
class HullSearch:
    """Climbs inside the convex hulls of synonyms.

    Args:
        settings: Lexicons, steps and sharpness.
        source: The texts, and how the student reads them.
        texts: Their words.
    """

    def __init__(self, settings: ConvexHull, source: TextSource, texts: WordedTexts) -> None:
        self._settings = settings
        self._places = WordPlaces(source, texts)
        substitution = WordSubstitution(lexicons=settings.lexicons, looked_at=settings.looked_at)
        self._near = Neighbourhoods(texts, substitution, source.tokenizer)
        self._strength = 1.0

    def enter(self, moment: Moment, learner: Learner) -> None:  # noqa: ARG002 - the signature of every opponent
        """Takes over the strength: how far of the way words are moved.

        Args:
            moment: The epoch that begins.
            learner: Not asked.
        """
        self._strength = moment.strength
        self._near.draw(moment.rng)

    def learn(self, learner: Learner, batch: TrainingBatch, rows: IntArray, probe: Probe) -> float:
        """Climbs, adds the gradient of the loss where it arrived, and returns that loss.

        Args:
            learner: The student as it is now.
            batch: The clean texts.
            rows: Of the batch.
            probe: Holds the gradient of the clean loss by the pieces' vectors.
        """
        gradient_BLR = probe.gradient_BLR
        wanted = self._near.rows >= 0
        words_BL = self._places.numbers(rows, length=gradient_BLR.shape[1])
        words = BatchWords.at(words_BL, wanted, device=gradient_BLR.device)
        near_WK, changes_WKR = self._near.neighbours(words.numbers, learner)
        absent_WK = torch.from_numpy(near_WK < 0).to(learner.device)
        logits_WK = torch.zeros(near_WK.shape, device=learner.device)
        for step in range(self._settings.steps):
            if step:
                gradient_BLR = self._gradient(learner, batch, words, logits_WK, changes_WKR.detach())
            logits_WK = logits_WK + self._climb(words.sums(gradient_BLR), changes_WKR.detach())
            logits_WK = logits_WK.masked_fill(absent_WK, -torch.inf)
        with learner.embeddings(lambda vectors_BLR: words.moved(vectors_BLR, self._change(logits_WK, changes_WKR))):
            loss, _ = learner.loss(batch)
        return learner.descend(self._settings.weight * loss)

    def _climb(self, gradient_WR: Tensor, changes_WKR: Tensor) -> Tensor:
        """Returns what the first-order gains add to the logits of the neighbours, WK; the word's own gain is 0."""
        gains_WK = (changes_WKR @ gradient_WR.unsqueeze(-1)).squeeze(-1)
        return self._settings.sharpness * gains_WK / (gains_WK.abs().amax(dim=1, keepdim=True) + _TINY)

    def _change(self, logits_WK: Tensor, changes_WKR: Tensor) -> Tensor:
        weights_W1K = logits_WK.softmax(dim=1).unsqueeze(1)
        return self._strength * (weights_W1K @ changes_WKR).squeeze(1)

    def _gradient(
        self, learner: Learner, batch: TrainingBatch, words: BatchWords, logits_WK: Tensor, changes_WKR: Tensor
    ) -> Tensor:
        """Returns the gradient of the loss where the climb has come to, BLR, and leaves the weights' alone."""
        probe, change_WR = Probe(), self._change(logits_WK, changes_WKR)
        with learner.embeddings(lambda vectors_BLR: probe(words.moved(vectors_BLR.detach(), change_WR))):
            loss, _ = learner.loss(batch)
        (gradient_BLR,) = torch.autograd.grad(loss, [probe.vectors])
        return gradient_BLR


@final
class BallSearch:
    """Pushes the vectors of a text up the loss, within a ball.

    Args:
        settings: Steps and radius.
    """

    def __init__(self, settings: FreeLB) -> None:
        self._settings = settings
        self._strength = 1.0

    def enter(self, moment: Moment, learner: Learner) -> None:  # noqa: ARG002 - the signature of every opponent
        """Takes over the strength: the share of the radius.

        Args:
            moment: The epoch that begins.
            learner: Not asked.
        """
        self._strength = moment.strength

    def learn(self, learner: Learner, batch: TrainingBatch, rows: IntArray, probe: Probe) -> float:  # noqa: ARG002
        """Pushes, adds the mean gradient of the losses after each push, and returns the mean loss.

        Args:
            learner: The student as it is now.
            batch: The clean texts.
            rows: Of the batch.
            probe: Holds the gradient of the clean loss by the pieces' vectors.
        """
        steps, total = self._settings.steps, 0.0
        radius_B11 = self._radius(learner, batch)
        shift_BLR = torch.zeros_like(probe.gradient_BLR)
        for _ in range(steps):
            shift_BLR = shift_BLR + radius_B11 / steps * _direction(probe.gradient_BLR * batch.mask_BL.unsqueeze(-1))
            probe = Probe()
            with learner.embeddings(_shifted(probe, shift_BLR)):
                loss, _ = learner.loss(batch)
            total += learner.descend(self._settings.weight / steps * loss)
        return total

    def _radius(self, learner: Learner, batch: TrainingBatch) -> Tensor:
        weight = learner.network.input.table.weight.detach()
        entries_B = batch.mask_BL.sum(dim=1) * weight.shape[1]
        size = self._strength * self._settings.radius * weight.square().mean().sqrt()
        return (size * entries_B.sqrt())[:, None, None]


def _shifted(probe: Probe, shift_BLR: Tensor) -> Callable[[Tensor], Tensor]:
    return lambda vectors_BLR: probe(vectors_BLR + shift_BLR)


def _direction(gradient_BLR: Tensor) -> Tensor:
    """Returns the gradient at length 1 over each text."""
    return gradient_BLR / (gradient_BLR.square().sum(dim=(1, 2), keepdim=True).sqrt() + _TINY)
