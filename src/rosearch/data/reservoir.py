"""A place for the texts of a split that holds no more of them than are kept."""

import heapq
from array import array
from typing import final

import numpy as np

from rosearch.core.protocols import IntArray, Text


@final
class Reservoir:
    """Keeps all texts, or only those with the smallest hashes, in the order in which they came.

    A smaller choice is part of every larger one; classes keep their shares only in expectation.

    Args:
        most: Texts to keep; None keeps all.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._seen = 0
        self._texts: list[Text] = []
        self._labels = array("i")
        # The largest hash on top; of equal ones the later, so that the earlier text stays.
        self._heap: list[tuple[int, int, Text, int]] = []

    def offer(self, order: int, text: Text, label: int) -> None:
        """Keeps a text, or keeps it until smaller hashes come.

        Args:
            order: A hash of the text.
            text: One text field, or two.
            label: The number of its label.
        """
        self._seen += 1
        if self._most is None:
            self._texts.append(text)
            self._labels.append(label)
        elif len(self._heap) < self._most:
            heapq.heappush(self._heap, (-order, -self._seen, text, label))
        elif -order > self._heap[0][0]:
            heapq.heapreplace(self._heap, (-order, -self._seen, text, label))

    def contents(self) -> tuple[list[Text], IntArray]:
        """Returns the texts and their labels, in the order in which they came."""
        if self._most is None:
            return self._texts, np.array(self._labels, dtype=np.int64)
        kept = sorted(self._heap, key=lambda item: -item[1])
        return [text for _, _, text, _ in kept], np.array([label for *_, label in kept], dtype=np.int64)
