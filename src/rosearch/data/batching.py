"""Batches of texts of like lengths, which waste little on padding."""

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator

from rosearch.core.protocols import IntArray

LENGTH_JITTER = 0.1


def length_buckets(lengths: IntArray, batch_size: int, *, rng: Generator) -> Iterator[IntArray]:
    """Yields one epoch of batches of texts of like lengths, in random order.

    Lengths are blurred by up to a tenth before they are sorted, so that batches differ between epochs.

    Args:
        lengths: Tokens of each text, shape ``(n,)``.
        batch_size: Texts in a batch; one batch may be smaller.
        rng: Draws the blur and the order.

    Yields:
        Rows of one batch, shape ``(B,)``; each row comes once in an epoch.

    Raises:
        ValueError: If ``batch_size`` is below 1.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size = {batch_size} must be at least 1")
    blurred = lengths * rng.uniform(1 - LENGTH_JITTER, 1 + LENGTH_JITTER, len(lengths))
    order = np.argsort(blurred, kind="stable")
    for start in rng.permutation(np.arange(0, len(order), batch_size)):
        yield order[start : start + batch_size]


def batches_by_length(lengths: IntArray, *, most_tokens: int) -> Iterator[IntArray]:
    """Cuts rows, sorted by length, into batches that hold a limited number of tokens, padding included.

    Args:
        lengths: Tokens of each text, shape ``(n,)``.
        most_tokens: In a batch; a text that is longer is a batch of its own.

    Yields:
        Rows of one batch, shape ``(B,)``, shorter texts first; each row comes once.
    """
    order = np.argsort(lengths, kind="stable")
    start = 0
    for end in range(1, len(order) + 1):
        if end == len(order) or (end + 1 - start) * lengths[order[end]] > most_tokens:
            yield order[start:end]
            start = end
