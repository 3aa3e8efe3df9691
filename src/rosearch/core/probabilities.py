"""From logits to probabilities."""

import numpy as np

from rosearch.core.protocols import FloatArray


def softmax(logits: FloatArray) -> FloatArray:
    """Returns the probabilities of classes, rows summing to 1.

    Args:
        logits: Shape ``(n, classes)``.
    """
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: FloatArray = shares / shares.sum(axis=1, keepdims=True)
    return result
