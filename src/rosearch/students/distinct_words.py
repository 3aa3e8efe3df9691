"""Reads each distinct word of a batch once: most words of a text stand in it, or in its neighbours, several times.

Shapes: N tokens of a batch, K character features of a word, W distinct words, R rank.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

MOST_FEATURES = 128
# Powers of an odd constant, as signed numbers of 64 bits; sums of products wrap around.
_POWERS = [((pow(0x9E3779B97F4A7C15, power, 1 << 64) + (1 << 63)) % (1 << 64)) - (1 << 63) for power in range(1, 129)]


def each_word_once(read: Callable[[Tensor], Tensor], character_ids_NK: Tensor) -> Tensor:
    """Returns what ``read`` gives for each token, asking it once for each distinct row.

    While a graph is recorded, it is asked for every row, since the number of distinct ones is no part of a graph.

    Args:
        read: Takes rows of features, and gives a vector for each, shape ``(rows, R)``.
        character_ids_NK: Features of the word that each token belongs to.
    """
    tokens, features = character_ids_NK.shape
    if torch.compiler.is_compiling() or features > MOST_FEATURES:
        return read(character_ids_NK)
    powers_K = torch.tensor(_POWERS[:features], device=character_ids_NK.device)
    keys, word_N = torch.unique((character_ids_NK * powers_K).sum(dim=1), return_inverse=True)
    place_W = word_N.new_empty(len(keys)).scatter_(0, word_N, torch.arange(tokens, device=word_N.device))
    distinct_WK = character_ids_NK[place_W]
    if not torch.equal(distinct_WK[word_N], character_ids_NK):  # two words with one key
        return read(character_ids_NK)
    return nn.functional.embedding(word_N, read(distinct_WK))
