"""Who becomes a parent."""

import numpy as np
from numpy.random import Generator

from rosearch.core.protocols import FloatArray, IntArray


def tournament(ranks: IntArray, crowding: FloatArray, *, size: int, rng: Generator) -> int:
    """Draws some contestants and returns the best: lowest rank first, then most room around it.

    Args:
        ranks: Shape ``(n,)``, 0 for the front.
        crowding: Shape ``(n,)``.
        size: Contestants, drawn without replacement; all n where there are fewer.
        rng: Draws them.

    Returns:
        An index below n; between equals the one drawn first.

    References:
        Deb et al. (2002), section III-B: the crowded comparison. Real et al. (2019), algorithm 1: the tournament.
    """
    drawn = rng.permutation(len(ranks))[:size]
    order = np.lexsort((-crowding[drawn], ranks[drawn]))
    return int(drawn[order[0]])
