"""What a student makes of the letters of a word: one vector for each token, from its word's hashed n-grams or letters.

Shapes: B batch, L tokens, K character features of a word, N tokens of a batch, R rank.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rosearch.data.characters import Characters
from rosearch.data.letters import Letters
from rosearch.data.ngrams import NGrams
from rosearch.space.architecture import InputGenes
from rosearch.space.size import FILTER_WIDTH, LETTER_WIDTH
from rosearch.students.distinct_words import each_word_once


def character_features(genes: InputGenes) -> Characters | None:
    """Returns what the tokenizer of a student has to tell of words; None where it needs nothing.

    Args:
        genes: Of the student's input.
    """
    match genes.characters:
        case "ngrams":
            return NGrams(buckets=genes.buckets)
        case "letters":
            return Letters()
    return None


class NGramVectors(nn.Module):
    """The mean of the vectors of a word's n-grams.

    They start as zeros, or as ``load_table`` says: an n-gram of which nothing is known says nothing, and pulls the mean
    towards nothing.

    Args:
        rows: Buckets and the row of padding.
        rank: Width of the vectors.
    """

    def __init__(self, rows: int, rank: int) -> None:
        super().__init__()
        self.table = nn.Embedding(rows, rank, padding_idx=0)
        nn.init.zeros_(self.table.weight)

    def load_table(self, table_NR: NDArray[np.floating]) -> None:
        """Copies vectors into the table.

        Args:
            table_NR: Shape ``(rows, rank)``, such as ``ngram_embedding`` gives.
        """
        with torch.no_grad():
            self.table.weight.copy_(torch.as_tensor(table_NR))

    def forward(self, character_ids_BLK: Tensor) -> Tensor:
        """Returns one vector a token, shape BLR; zeros where there are no n-grams."""
        vectors_NR = each_word_once(self._means, character_ids_BLK.flatten(0, 1))
        return vectors_NR.view(*character_ids_BLK.shape[:2], -1)

    def _means(self, ids_NK: Tensor) -> Tensor:
        return nn.functional.embedding_bag(ids_NK, self.table.weight, mode="mean", padding_idx=0)


class LetterConvolution(nn.Module):
    """A convolution over the letters of a word, the maximum of each filter, and a linear map that starts at nothing.

    Args:
        rows: Letters, marks and the row of padding.
        rank: Number of filters, and width of the vectors.

    References:
        El Boukkouri et al. (2020). CharacterBERT. arXiv:2010.10392, section 3.1

    Differences from the paper: one width of filters instead of seven, and no highway layers; a student is small.
    """

    def __init__(self, rows: int, rank: int) -> None:
        super().__init__()
        self.letters = nn.Embedding(rows, LETTER_WIDTH, padding_idx=0)
        self.convolution = nn.Conv1d(LETTER_WIDTH, rank, FILTER_WIDTH, padding=FILTER_WIDTH // 2)
        self.projection = nn.Linear(rank, rank)
        # The teacher's pieces know something, random filters do not, and would drown them.
        nn.init.zeros_(self.projection.weight)
        nn.init.zeros_(self.projection.bias)

    def forward(self, character_ids_BLK: Tensor) -> Tensor:
        """Returns one vector a token, shape BLR; zeros where there are no letters."""
        vectors_NR = each_word_once(self._found, character_ids_BLK.flatten(0, 1))
        return vectors_NR.view(*character_ids_BLK.shape[:2], -1)

    def _found(self, ids_NK: Tensor) -> Tensor:
        found_NRK = self.convolution(self.letters(ids_NK).mT)
        # Behind the word there is nothing to be found, however far others of the batch reach.
        found_NRK = found_NRK.masked_fill((ids_NK == 0).unsqueeze(1), 0.0)
        vectors_NR: Tensor = self.projection(found_NRK.amax(dim=2).relu())
        return vectors_NR * (ids_NK[:, :1] != 0)


def build_characters(genes: InputGenes) -> NGramVectors | LetterConvolution | None:
    """Builds what reads the characters; None where the genes ask for none.

    Args:
        genes: Of the student's input.
    """
    features = character_features(genes)
    if features is None:
        return None
    kind = NGramVectors if genes.characters == "ngrams" else LetterConvolution
    return kind(features.rows, genes.rank)
