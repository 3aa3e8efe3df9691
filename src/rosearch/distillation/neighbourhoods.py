"""The neighbourhoods of all words of the training texts, as word pieces, ready to be embedded.

Shapes: W words of a batch, K neighbours of a word, S spellings, R rank of the embedding table.
"""

from collections.abc import Sequence
from typing import final

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor
from torch.nn import functional

from rosearch.core.protocols import IntArray
from rosearch.data.tokenization import Tokenizer
from rosearch.distillation.learner import Learner
from rosearch.distillation.neighbours import neighbours
from rosearch.distillation.worded_texts import WordedTexts
from rosearch.lexicons.lexicon import Lexicon


@final
class Neighbourhoods:
    """What each word may become, of which at most so many are kept.

    Args:
        texts: The training texts' words.
        lexicons: Where neighbours come from.
        tokenizer: The student's.
        most: Neighbours kept of a word; of more, so many are drawn.
        rng: Draws them.
    """

    def __init__(
        self, texts: WordedTexts, lexicons: Sequence[Lexicon], tokenizer: Tokenizer, *, most: int, rng: Generator
    ) -> None:
        numbers: dict[str, int] = {}
        found: list[list[int]] = []
        known: dict[str, int] = {}
        for word in dict.fromkeys(texts.free_words):
            near = neighbours(word, lexicons)
            if len(near) > most:
                near = tuple(near[at] for at in np.sort(rng.permutation(len(near))[:most]))
            if near:
                known[word] = len(found)
                found.append([numbers.setdefault(spelling, len(numbers)) for spelling in (word, *near)])
        self.spellings = tuple(numbers)
        """All words and neighbours."""
        self.rows: IntArray = np.full(len(texts.words), -1, dtype=np.int64)
        """Row in ``near_VK`` of each word of the texts, -1 where nothing may stand for it."""
        self.rows[texts.modifiable] = [known.get(word, -1) for word in texts.free_words]
        width = max(map(len, found), default=1)
        self.near_VK: IntArray = np.array([row + [-1] * (width - len(row)) for row in found], dtype=np.int64).reshape(
            -1, width
        )
        """Numbers of spellings, the word itself first, filled up with -1."""
        encoded = tokenizer.pieces(self.spellings)
        self._pieces = encoded.ids.astype(np.int64)
        self._offsets = torch.from_numpy(encoded.offsets[:-1].copy())

    def embedded(self, learner: Learner) -> Tensor:
        """Returns the mean vector of each spelling's pieces, shape SR, as the table has them now."""
        pieces = torch.from_numpy(learner.places[self._pieces]).to(learner.device)
        weight = learner.network.input.table.weight
        return functional.embedding_bag(pieces, weight, self._offsets.to(learner.device), mode="mean")
