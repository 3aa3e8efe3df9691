"""The majority class as a model: the floor that no table leaves out."""

from collections.abc import Sequence
from typing import final

import numpy as np

from rosearch.core.protocols import FloatArray, Text
from rosearch.data.task import Task


@final
class MajorityClass:
    """Answers every text with the class that is most frequent in training; no attack can move it.

    Args:
        task: Gives the frequencies.
    """

    def __init__(self, task: Task) -> None:
        counts = task.train.class_counts(task.classes)
        self._row = np.where(np.arange(task.classes) == counts.argmax(), 1.0, 0.0)

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        """Returns the same row for every text, shape ``(len(texts), classes)``."""
        return np.tile(self._row, (len(texts), 1))
