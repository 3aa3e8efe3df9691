"""The search of `GradientSwaps`: from the gradient of a batch to texts that should hurt.

Shapes: B batch, L tokens, W words of the batch, K neighbours of a word, R rank of the embedding table.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import final

import numpy as np
import torch
from torch import Tensor

from rosearch.core.protocols import FloatArray, IntArray, Text
from rosearch.distillation.adversaries.gradient_swaps import GradientSwaps
from rosearch.distillation.learner import Learner, Probe
from rosearch.distillation.neighbourhoods import Neighbourhoods
from rosearch.distillation.objective import TrainingBatch
from rosearch.distillation.opponent import Moment
from rosearch.distillation.perturbed_texts import PerturbationChoice
from rosearch.distillation.training_set import TextSource
from rosearch.distillation.word_places import BatchWords, WordPlaces
from rosearch.distillation.worded_texts import WordedTexts


@final
class SwapSearch:
    """Finds hurtful rewritings of the texts of a training set.

    Args:
        settings: Perturbations and weight.
        source: The texts, and how the student reads them.
        texts: Their words.
    """

    def __init__(self, settings: GradientSwaps, source: TextSource, texts: WordedTexts) -> None:
        self._settings = settings
        self._source = source
        self._texts = texts
        self._places = WordPlaces(source, texts)
        self._near = [Neighbourhoods(texts, item, source.tokenizer) for item in settings.perturbations]
        self._choice = PerturbationChoice(settings.perturbations)
        self._kinds: IntArray = np.zeros(len(texts), dtype=np.int64)
        self._shares: FloatArray = np.zeros(len(texts))

    def enter(self, moment: Moment, learner: Learner) -> None:  # noqa: ARG002 - the signature of every opponent
        """Draws for each text what is done to it and to how many of its words.

        Args:
            moment: The epoch that begins.
            learner: Not asked.
        """
        self._kinds, self._shares = self._choice.draw(len(self._texts), strength=moment.strength, rng=moment.rng)
        for near in self._near:
            near.draw(moment.rng)

    def learn(self, learner: Learner, batch: TrainingBatch, rows: IntArray, probe: Probe) -> float:
        """Adds the gradient of the mean loss on the rewritten texts of all steps, and returns that loss.

        Args:
            learner: The student as it is now.
            batch: The clean texts.
            rows: Of the batch.
            probe: Holds the gradient of the clean loss by the pieces' vectors.
        """
        steps, total, texts = self._settings.steps, 0.0, None
        for _ in range(steps):
            words_BL = self._numbers(rows, texts, length=probe.gradient_BLR.shape[1])
            texts = self.rewritten(rows, words_BL, probe.gradient_BLR, learner)
            encoded, probe = self._source.encode(texts), Probe()
            with learner.embeddings(probe):
                loss, _ = learner.loss(replace(batch, **learner.read(encoded, np.arange(len(rows)))))
            total += learner.descend(self._settings.weight / steps * loss)
        return total

    def rewritten(self, rows: IntArray, words_BL: IntArray, gradient_BLR: Tensor, learner: Learner) -> list[Text]:
        """Returns the texts of a batch, rewritten where the gradient points.

        Args:
            rows: Of the batch.
            words_BL: The word that each token belongs to, where the gradient was taken; -1 for none.
            gradient_BLR: Of the loss by the vectors of the pieces.
            learner: The student as it is now.
        """
        numbers: list[IntArray] = [np.empty(0, dtype=np.int64)]
        swaps: list[str] = []
        for kind, near in enumerate(self._near):
            wanted = (near.rows >= 0) & (self._kinds[self._texts.owners] == kind)
            words = BatchWords.at(words_BL, wanted, device=gradient_BLR.device)
            if not len(words.numbers):
                continue
            gains, spellings = _best(words.numbers, words.sums(gradient_BLR), near, learner)
            chosen = self._strongest(words.numbers, gains)
            numbers.append(words.numbers[chosen])
            swaps += [near.spellings[spelling] for spelling in spellings[chosen].tolist()]
        return self._texts.rewritten(rows, np.concatenate(numbers), swaps)

    def _numbers(self, rows: IntArray, texts: Sequence[Text] | None, *, length: int) -> IntArray:
        """Returns the word that each token belongs to, BL, in rewritten texts or, for None, in clean ones."""
        if texts is None:
            return self._places.numbers(rows, length=length)
        worded = WordedTexts(texts)
        places = WordPlaces(replace(self._source, texts=tuple(texts)), worded)
        words_BL = places.numbers(np.arange(len(rows)), length=length)
        # A slip of the pen can make two words of one, and then nobody knows which is which.
        alike_B = np.diff(worded.offsets) == np.diff(self._texts.offsets)[rows]
        shift_B = self._texts.offsets[rows] - worded.offsets[:-1]
        return np.where((words_BL >= 0) & alike_B[:, None], words_BL + shift_B[:, None], -1)

    def _strongest(self, numbers: IntArray, gains: FloatArray) -> IntArray:
        """Returns the positions in ``numbers`` of those that gain most in their text, as many as its share allows."""
        owners = self._texts.owners[numbers]
        order = np.lexsort((-gains, owners))
        firsts = np.searchsorted(owners, owners)
        rank = np.empty(len(numbers), dtype=np.int64)
        rank[order] = np.arange(len(numbers)) - firsts[order]
        counts = np.searchsorted(owners, owners, side="right") - firsts
        return np.sort(np.flatnonzero((gains > 0) & (rank < np.ceil(self._shares[owners] * counts))))


@torch.no_grad()
def _best(
    numbers: IntArray, gradient_WR: Tensor, near: Neighbourhoods, learner: Learner
) -> tuple[FloatArray, IntArray]:
    """Returns the largest first-order gain of each word and the spelling that promises it, shapes ``(W,)``."""
    near_WK, changes_WKR = near.neighbours(numbers, learner)
    promise_WK = (changes_WKR @ gradient_WR.unsqueeze(-1)).squeeze(-1).cpu().numpy().astype(np.float64)
    gains_WK = np.where(near_WK >= 0, promise_WK, -np.inf)
    best, at = gains_WK.argmax(axis=1), np.arange(len(near_WK))
    return gains_WK[at, best], near_WK[at, best]
