"""What every student that people can use has in common: texts in, labels out, whatever runs the network. No torch."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import final

import numpy as np

from rosearch.core.protocols import BoolArray, FloatArray, IntArray, Text
from rosearch.data.tokenization import Tokenizer, batches_by_length

BATCH_TOKENS = 8192
"""Word pieces per forward pass, padding included: where throughput on two cores levels off."""


class TextClassifier(ABC):
    """Base of students: a network with its tokenizer and the names of its classes; a `Victim`.

    Args:
        tokenizer: Shared with the teacher that the student was distilled from.
        label_names: Names of the classes, in the order of the logits.
        max_length: Longest input in word pieces; what is beyond is cut off.
    """

    def __init__(self, tokenizer: Tokenizer, *, label_names: tuple[str, ...], max_length: int) -> None:
        self.tokenizer = tokenizer
        self.label_names = label_names
        self.max_length = max_length

    @abstractmethod
    def _batch_logits(self, ids: IntArray, mask: BoolArray, characters: IntArray | None) -> FloatArray:
        """Returns the logits of a padded batch, shape ``(B, classes)``.

        Args:
            ids: Word pieces, shape ``(B, L)``.
            mask: True where a token stands, shape ``(B, L)``.
            characters: Shape ``(B, L, K)``, for a student that reads the characters of words.
        """

    @final
    def logits(self, texts: Sequence[Text]) -> FloatArray:
        """Returns logits, shape ``(len(texts), classes)``; texts of like length are run together."""
        encoded = self.tokenizer.encode(texts, max_length=self.max_length)
        result = np.empty((len(texts), len(self.label_names)))
        for rows in batches_by_length(encoded.lengths, most_tokens=BATCH_TOKENS):
            result[rows] = self._batch_logits(*encoded.batch(rows), encoded.character_batch(rows))
        return result

    @final
    def probabilities(self, texts: Sequence[Text]) -> FloatArray:
        """Returns the softmax of `logits`, shape ``(len(texts), classes)``."""
        logits = self.logits(texts)
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        result: FloatArray = shares / shares.sum(axis=1, keepdims=True)
        return result

    @final
    def predict(self, texts: Sequence[Text]) -> list[str]:
        """Returns the name of the most probable class of each text."""
        return [self.label_names[index] for index in self.logits(texts).argmax(axis=1)]
