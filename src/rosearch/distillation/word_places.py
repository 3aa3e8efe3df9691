"""Words of a batch: where their pieces stand in it.

Shapes: B batch, L tokens, T pieces of words, W words of the batch, R rank of the table.
"""

from dataclasses import dataclass
from typing import Self, final

import numpy as np
import torch
from torch import Tensor

from rosearch.core.protocols import BoolArray, IntArray
from rosearch.distillation.training_set import TextSource
from rosearch.distillation.worded_texts import WordedTexts


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class BatchWords:
    """The words of a batch that something may stand for.

    Args:
        numbers: Of the words in the training texts, ascending, shape ``(W,)``.
        inside_BL: True where a piece of one of them stands.
        words_T: For each such piece, row by row, its word's place in ``numbers``.
    """

    numbers: IntArray
    inside_BL: Tensor
    words_T: Tensor

    @classmethod
    def at(cls, words_BL: IntArray, wanted: BoolArray, *, device: torch.device) -> Self:
        """Finds the words in a batch.

        Args:
            words_BL: What `WordPlaces.numbers` gives.
            wanted: Which words of all texts, shape ``(words,)``.
            device: Where the batch is.
        """
        inside = words_BL >= 0
        inside[inside] = wanted[words_BL[inside]]
        numbers, order = np.unique(words_BL[inside], return_inverse=True)
        return cls(
            numbers=numbers,
            inside_BL=torch.from_numpy(inside).to(device),
            words_T=torch.from_numpy(order.reshape(-1)).to(device),
        )

    def sums(self, gradient_BLR: Tensor) -> Tensor:
        """Returns the sum of a gradient over the pieces of each word, shape WR."""
        pieces_TR = gradient_BLR[self.inside_BL].float()
        return pieces_TR.new_zeros(len(self.numbers), pieces_TR.shape[1]).index_add_(0, self.words_T, pieces_TR)

    def moved(self, vectors_BLR: Tensor, change_WR: Tensor) -> Tensor:
        """Returns vectors with the change of each word added to all of its pieces."""
        added_BLR = torch.zeros_like(vectors_BLR)
        added_BLR[self.inside_BL] = change_WR[self.words_T].to(vectors_BLR.dtype)
        return vectors_BLR + added_BLR


@final
class WordPlaces:
    """Finds the words of batches.

    Args:
        source: The training texts, and how the student reads them.
        texts: Their words.
    """

    def __init__(self, source: TextSource, texts: WordedTexts) -> None:
        self._offsets = source.encode(source.texts).offsets
        spans = source.tokenizer.token_spans(source.texts, max_length=source.max_length)
        self._words = texts.words_of_tokens(spans, np.diff(self._offsets))

    def numbers(self, rows: IntArray, *, length: int) -> IntArray:
        """Returns the number of the word that each token of a batch belongs to, -1 for none, shape BL.

        Args:
            rows: The texts of the batch.
            length: L of the batch.
        """
        places = self._offsets[rows][:, None] + np.arange(length)
        real = places < self._offsets[rows + 1][:, None]
        words_BL: IntArray = np.where(real, self._words[np.where(real, places, 0)], -1)
        return words_BL
