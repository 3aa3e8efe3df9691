"""Class weights: in an uneven task the rare class is heard in training as much as the frequent one."""

from typing import Literal, TypeAlias

import numpy as np

from rosearch.core.protocols import FloatArray, IntArray

ClassWeights: TypeAlias = Literal["auto", "balanced", "none"]
"""How much a text counts in training by its class: the same where classes are even, the same always, or balanced."""

UNEVEN = 2.0
"""A most frequent class with more than this many times the texts of the rarest makes a task uneven."""


def class_weights(setting: ClassWeights, counts: IntArray) -> FloatArray | None:
    """Returns what a text of each class counts in training.

    Args:
        setting: ``"balanced"`` gives each class the same sum, so that a text of class c counts n / (classes * n_c);
            over all training texts the mean is 1. ``"auto"`` does so where the most frequent class has more than twice
            the texts of the rarest. ``"none"`` never does.
        counts: Training texts of each class, all positive, shape ``(classes,)``.

    Returns:
        Shape ``(classes,)``; None where all texts count the same.

    References:
        King, Zeng (2001). Logistic Regression in Rare Events Data, section 4.2; scikit-learn's ``"balanced"``.
    """
    even = counts.max() <= UNEVEN * counts.min() if setting == "auto" else counts.max() == counts.min()
    if setting == "none" or even:
        return None
    weights: FloatArray = counts.sum() / (len(counts) * counts.astype(np.float64))
    return weights
