"""The neighbourhoods of all words of the training texts, as word pieces, ready to be embedded.

Shapes: W words of a batch, K neighbours of a word, S spellings, L pieces of a spelling, R rank of the embedding table.
"""

from typing import final

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor

from rosearch.core.protocols import IntArray
from rosearch.data.encoded import Encoded
from rosearch.data.tokenization import Tokenizer
from rosearch.distillation.learner import Learner
from rosearch.distillation.perturbations.perturbation import Perturbation
from rosearch.distillation.worded_texts import WordedTexts


@final
class Neighbourhoods:
    """What each word may become by one perturbation.

    Args:
        texts: The training texts' words.
        perturbation: Gives the candidates.
        tokenizer: The student's.
    """

    def __init__(self, texts: WordedTexts, perturbation: Perturbation, tokenizer: Tokenizer) -> None:
        self._texts = texts
        self._perturbation = perturbation
        self._tokenizer = tokenizer
        self._pieces: Encoded | None = None
        self.spellings: tuple[str, ...] = ()
        """All words that may change, and what they may become."""
        self.rows: IntArray = np.full(len(texts.words), -1, dtype=np.int64)
        """Row in ``near_VK`` of each word of the texts, -1 where nothing may stand for it."""
        self._all_VK: IntArray = np.empty((0, 1), dtype=np.int64)
        self.near_VK = self._all_VK
        """Numbers of spellings, the word itself first, filled up with -1."""

    def draw(self, rng: Generator) -> None:
        """Draws the candidates of an epoch.

        Args:
            rng: Draws them.
        """
        if self._pieces is None or self._perturbation.are_drawn:
            self._find(rng)
        self.near_VK = _some(self._all_VK, self._perturbation.looked_at, rng)

    def _find(self, rng: Generator) -> None:
        numbers: dict[str, int] = {}
        found: list[list[int]] = []
        known: dict[str, int] = {}
        for word in dict.fromkeys(self._texts.free_words):
            if near := self._perturbation.candidates(word, rng=rng):
                known[word] = len(found)
                found.append([numbers.setdefault(spelling, len(numbers)) for spelling in (word, *near)])
        width = max(map(len, found), default=1)
        filled = [row + [-1] * (width - len(row)) for row in found]
        self._all_VK = np.array(filled, dtype=np.int64).reshape(-1, width)
        self.rows[self._texts.modifiable] = [known.get(word, -1) for word in self._texts.free_words]
        self.spellings = tuple(numbers)
        self._pieces = self._tokenizer.pieces(self.spellings)

    def neighbours(self, words: IntArray, learner: Learner) -> tuple[IntArray, Tensor]:
        """Returns the candidates of words, the words themselves first, and how their vectors differ from the word's.

        Args:
            words: Numbers of words that have candidates, shape ``(W,)``.
            learner: Has the vectors.

        Returns:
            Numbers of spellings, WK, -1 for none, and differences, WKR.
        """
        near_WK = self.near_VK[self.rows[words]]
        asked, places = np.unique(np.maximum(near_WK, 0), return_inverse=True)
        vectors_SR = self._embedded(asked, learner).float()
        vectors_WKR = vectors_SR[torch.from_numpy(places.reshape(near_WK.shape)).to(vectors_SR.device)]
        return near_WK, vectors_WKR - vectors_WKR[:, :1]

    def _embedded(self, spellings: IntArray, learner: Learner) -> Tensor:
        """Returns the mean vector of each spelling's pieces, with its characters', SR, as the student has them now."""
        if self._pieces is None:
            raise RuntimeError("candidates must be drawn first")
        read = learner.read(self._pieces, spellings)
        layer = learner.network.input
        pieces_SLR = layer.table(read["input_ids_BL"])
        weights_SL = read["mask_BL"].to(pieces_SLR.dtype)
        weights_SL = weights_SL / weights_SL.sum(dim=1, keepdim=True).clamp(min=1)
        means_SR: Tensor = (weights_SL.unsqueeze(1) @ pieces_SLR).squeeze(1)
        if layer.characters is None:
            return means_SR
        # All pieces of a word have its characters; a spelling of several words is known by those of the first.
        return means_SR + layer.characters(read["character_ids_BLK"][:, :1]).squeeze(1)  # type: ignore[no-any-return]


def _some(near_VK: IntArray, most: int, rng: Generator) -> IntArray:
    """Returns the first column and at most so many of the others, drawn for each row, in their order."""
    if near_VK.shape[1] <= most + 1:
        return near_VK
    keys_VK = rng.random(near_VK.shape) + (near_VK < 0)
    keys_VK[:, 0] = -1
    columns_VK = np.sort(keys_VK.argsort(axis=1)[:, : most + 1], axis=1)
    return np.take_along_axis(near_VK, columns_VK, axis=1)
