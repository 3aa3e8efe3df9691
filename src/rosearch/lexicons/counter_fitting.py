"""Counter-fitting: word vectors bent until synonyms lie close together and antonyms apart."""

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Pairs = NDArray[np.int64]

_CHUNK = 1 << 18


@final
@dataclass(frozen=True, kw_only=True)
class CounterFitting:
    """How far vectors are bent; the values are those of the paper.

    Args:
        antonym_margin: Cosine distance that antonyms are pushed to.
        synonym_margin: Cosine distance that synonyms are drawn to.
        epochs: Steps over all pairs.
        step: Weight of each of the three terms.
    """

    antonym_margin: float = 1.0
    synonym_margin: float = 0.0
    epochs: int = 20
    step: float = 0.1

    def fit(self, vectors: Vectors, *, synonyms: Pairs, antonyms: Pairs, kept: Pairs) -> Vectors:
        """Returns bent vectors of unit length.

        Args:
            vectors: Of unit length, float32, shape ``(words, D)``.
            synonyms: Pairs of rows that attract each other, shape ``(pairs, 2)``.
            antonyms: Pairs of rows that repel each other, shape ``(pairs, 2)``.
            kept: Pairs of rows that shall not drift further apart than they are, unless they are antonyms, shape
                ``(pairs, 2)``.

        References:
            Mrksic et al. (2016). Counter-fitting Word Vectors to Linguistic Constraints. arXiv:1603.00892. A word's
            step is the mean over its active pairs, as in the authors' code; ours takes all words at once, theirs one
            pair after the other within an epoch.
        """
        near = _both_ways(kept)
        apart, together = _both_ways(antonyms), _both_ways(synonyms)
        near = near[~np.isin(_keys(near, len(vectors)), _keys(apart, len(vectors)))]
        first = _cosines(vectors, near)
        bent = vectors
        for _ in range(self.epochs):
            forces = [
                (apart[1 - _cosines(bent, apart) < self.antonym_margin], self.step),
                (together[1 - _cosines(bent, together) > self.synonym_margin], -self.step),
                (near[_cosines(bent, near) <= first], -self.step),
            ]
            bent = unit_rows(bent + _step(bent, forces))
        return bent


def unit_rows(vectors: Vectors) -> Vectors:
    """Returns rows of length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return unit


def _both_ways(pairs: Pairs) -> Pairs:
    return np.unique(np.concatenate([pairs, pairs[:, ::-1]]).reshape(-1, 2), axis=0)


def _keys(pairs: Pairs, count: int) -> NDArray[np.int64]:
    """Returns one number for each pair, shape ``(pairs,)``."""
    return pairs[:, 0].astype(np.int64) * count + pairs[:, 1]


def _cosines(vectors: Vectors, pairs: Pairs) -> Vectors:
    parts = [
        np.einsum("nd,nd->n", vectors[part[:, 0]], vectors[part[:, 1]])
        for part in (pairs[start : start + _CHUNK] for start in range(0, len(pairs), _CHUNK))
    ]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.float32)


def _step(vectors: Vectors, forces: list[tuple[Pairs, float]]) -> Vectors:
    """Adds up the gradients of cosine distance, ``cos * own - other``, and takes each word's mean."""
    from scipy.sparse import csr_array

    total = np.zeros(vectors.shape)
    count = np.zeros(len(vectors))
    for chosen, weight in forces:
        shape = (len(vectors), len(vectors))
        links = csr_array((np.full(len(chosen), weight), (chosen[:, 0], chosen[:, 1])), shape=shape)
        own = np.bincount(chosen[:, 0], weight * _cosines(vectors, chosen), minlength=len(vectors))
        total += own[:, None] * vectors - links @ vectors
        count += np.bincount(chosen[:, 0], minlength=len(vectors))
    mean: Vectors = (total / np.maximum(count, 1)[:, None]).astype(np.float32)
    return mean
