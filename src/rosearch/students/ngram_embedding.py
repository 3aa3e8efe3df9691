"""Where the vectors of n-grams begin: so that their means spell the teacher's vectors of whole words."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from rosearch.data.ngrams import NGrams

RIDGE, ITERATIONS = 0.2, 12
"""On MiniLM's vocabulary, words left out and words with a changed letter come closest to their vectors with these."""


def ngram_embedding(
    words: Iterable[tuple[str, int]], table_VR: NDArray[np.floating], ngrams: NGrams
) -> NDArray[np.float32]:
    """Returns vectors of n-grams whose mean over a word is as close as can be to the vector that the table gives it.

    A word that training never meets, or one with a letter changed, then begins near its neighbours in spelling. Solved
    by conjugate gradients for ridge regression, all columns at once.

    Args:
        words: Whole words that the vocabulary holds, normalised, each with its row of the table.
        table_VR: Vectors, shape ``(V, R)``.
        ngrams: Hashes the words' n-grams.

    Returns:
        Shape ``(buckets + 1, R)``; row 0, of padding, is zeros.

    References:
        Zhao, Mudgal, Liang (2018). Generalizing Word Embeddings using Bag of Subwords. arXiv:1809.04259

    Differences from the paper: least squares with a ridge, not by stochastic gradients; stopped early.
    """
    known = list(words)
    shares_WN = _shares([word for word, _ in known], ngrams)
    wanted_WR = np.asarray(table_VR, dtype=np.float64)[[row for _, row in known]]
    solution_NR = _ridge(shares_WN, wanted_WR)
    solution_NR[0] = 0
    return solution_NR.astype(np.float32)


def _shares(words: list[str], ngrams: NGrams) -> sparse.csr_array:
    """Returns what each n-gram counts in the mean of each word, shape ``(words, buckets + 1)``."""
    ids = [ngrams.ids(word) for word in words]
    counts = np.array([len(of) for of in ids], dtype=np.int64)
    columns = np.concatenate(ids) if ids else np.empty(0, dtype=np.int32)
    rows, shares = np.repeat(np.arange(len(ids)), counts), np.repeat(1 / np.maximum(counts, 1), counts)
    return sparse.csr_array((shares, (rows, columns)), shape=(len(ids), ngrams.rows))


def _ridge(shares_WN: sparse.csr_array, wanted_WR: NDArray[np.float64]) -> NDArray[np.float64]:
    """Minimises the squares of ``shares @ x - wanted`` plus a ridge, column by column in step."""
    transposed_NW = shares_WN.T.tocsr()
    solution_NR = np.zeros((shares_WN.shape[1], wanted_WR.shape[1]))
    residual_NR = transposed_NW @ wanted_WR
    direction_NR, size_R = residual_NR.copy(), np.square(residual_NR).sum(axis=0)
    for _ in range(ITERATIONS):
        image_NR = transposed_NW @ (shares_WN @ direction_NR) + RIDGE * direction_NR
        # A column that is solved already has a residual of nothing, and stays as it is.
        step_R = size_R / np.maximum((direction_NR * image_NR).sum(axis=0), np.finfo(np.float64).tiny)
        solution_NR += step_R * direction_NR
        residual_NR -= step_R * image_NR
        size_R, before_R = np.square(residual_NR).sum(axis=0), size_R
        direction_NR = residual_NR + size_R / np.maximum(before_R, np.finfo(np.float64).tiny) * direction_NR
    return solution_NR
