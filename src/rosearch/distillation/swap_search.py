"""The search of `GradientSwaps`: from the gradient of a batch to texts that should hurt.

Shapes: B batch, L tokens, W words of the batch, K neighbours of a word, S spellings, R rank of the embedding table.
"""

from typing import final

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor

from rosearch.core.protocols import FloatArray, IntArray, Text
from rosearch.distillation.adversaries.gradient_swaps import GradientSwaps
from rosearch.distillation.learner import Learner
from rosearch.distillation.neighbourhoods import Neighbourhoods
from rosearch.distillation.training_set import TextSource
from rosearch.distillation.worded_texts import WordedTexts


@final
class SwapSearch:
    """Finds hurtful swaps in the texts of a training set.

    Args:
        settings: Lexicons and strengths.
        source: The texts, and how the student reads them.
        texts: Their words.
        rng: Draws which neighbours of a word are kept, where there are very many.
    """

    def __init__(self, settings: GradientSwaps, source: TextSource, texts: WordedTexts, *, rng: Generator) -> None:
        self._settings = settings
        self._texts = texts
        self._near = Neighbourhoods(texts, settings.lexicons, source.tokenizer, most=settings.most_candidates, rng=rng)
        self._offsets = source.encode(source.texts).offsets
        spans = source.tokenizer.token_spans(source.texts, max_length=source.max_length)
        self._words = texts.words_of_tokens(spans, np.diff(self._offsets))
        self._shares: FloatArray = np.zeros(len(texts))

    def begin_epoch(self, *, strength: float, rng: Generator) -> None:
        """Draws how much of each text is rewritten.

        Args:
            strength: Multiplies the largest share, in [0, 1].
            rng: Draws the shares.
        """
        self._shares = rng.random(len(self._texts)) * strength * self._settings.share

    def texts(self, rows: IntArray, gradient_BLR: Tensor, learner: Learner) -> list[Text]:
        """Returns the texts of a batch, rewritten where the gradient points.

        Args:
            rows: Of the batch.
            gradient_BLR: Of the clean loss by the vectors of the pieces.
            learner: The student as it is now.
        """
        numbers, gradient_WR = self._word_gradients(rows, gradient_BLR)
        gains, spellings = self._best(numbers, gradient_WR, learner)
        chosen = self._strongest(numbers, gains)
        words = [self._near.spellings[spelling] for spelling in spellings[chosen].tolist()]
        return self._texts.rewritten(rows, numbers[chosen], words)

    def _word_gradients(self, rows: IntArray, gradient_BLR: Tensor) -> tuple[IntArray, Tensor]:
        """Returns the numbers of the batch's words that have neighbours, ascending, and the sum over their pieces."""
        places = self._offsets[rows][:, None] + np.arange(gradient_BLR.shape[1])
        real = places < self._offsets[rows + 1][:, None]
        words_BL = np.where(real, self._words[np.where(real, places, 0)], -1)
        inside = words_BL >= 0
        inside[inside] = self._near.rows[words_BL[inside]] >= 0
        numbers, order = np.unique(words_BL[inside], return_inverse=True)
        flat = gradient_BLR[torch.from_numpy(inside).to(gradient_BLR.device)].float()
        sums = torch.zeros(len(numbers), flat.shape[1], device=flat.device)
        return numbers, sums.index_add_(0, torch.from_numpy(order.reshape(-1)).to(flat.device), flat)

    @torch.no_grad()
    def _best(self, numbers: IntArray, gradient_WR: Tensor, learner: Learner) -> tuple[FloatArray, IntArray]:
        """Returns the largest first-order gain of each word and the spelling that promises it, shapes ``(W,)``."""
        near_WK = self._near.near_VK[self._near.rows[numbers]]
        vectors_SR = self._near.embedded(learner).float()
        vectors_WKR = vectors_SR[torch.from_numpy(np.maximum(near_WK, 0)).to(vectors_SR.device)]
        promise_WK = (vectors_WKR @ gradient_WR.unsqueeze(-1)).squeeze(-1).cpu().numpy().astype(np.float64)
        gains_WK = np.where(near_WK >= 0, promise_WK - promise_WK[:, :1], -np.inf)
        best = gains_WK.argmax(axis=1)
        at = np.arange(len(numbers))
        return gains_WK[at, best], near_WK[at, best]

    def _strongest(self, numbers: IntArray, gains: FloatArray) -> IntArray:
        """Returns the positions in ``numbers`` of those that gain most in their text, as many as its share allows."""
        owners = self._texts.owners[numbers]
        order = np.lexsort((-gains, owners))
        firsts = np.searchsorted(owners, owners)
        rank = np.empty(len(numbers), dtype=np.int64)
        rank[order] = np.arange(len(numbers)) - firsts[order]
        counts = np.searchsorted(owners, owners, side="right") - firsts
        return np.sort(np.flatnonzero((gains > 0) & (rank < np.ceil(self._shares[owners] * counts))))
