"""What every student that people can use has in common: texts in, labels out, whatever runs the network. No torch."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, final

import numpy as np

from rosearch.core.probabilities import softmax
from rosearch.core.protocols import BoolArray, FloatArray, IntArray, Text
from rosearch.data.batching import batches_by_length
from rosearch.data.tokenization import Tokenizer

BATCH_TOKENS = 2048
"""Word pieces per forward pass, padding included: on a CPU, more no longer fit into a core's cache."""


class TextClassifier(ABC):
    """Base of students: a network with its tokenizer and the names of its classes; a `Victim`.

    Args:
        tokenizer: Shared with the teacher that the student was distilled from.
        label_names: Names of the classes, in the order of the logits.
        max_length: Longest input in word pieces; what is beyond is cut off.
    """

    batch_tokens: int = BATCH_TOKENS
    batches_itself: ClassVar[bool] = True
    """Whatever asks may hand over as many texts at once as it likes."""

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
        encoded = self.tokenizer.encode_similar(texts, max_length=self.max_length)
        result = np.empty((len(texts), len(self.label_names)))
        batches = list(batches_by_length(encoded.lengths, most_tokens=self.batch_tokens))

        def run(rows: IntArray) -> FloatArray:
            return self._batch_logits(*encoded.batch(rows), encoded.character_batch(rows))

        for rows, logits in zip(batches, self._each(run, batches), strict=True):
            result[rows] = logits
        return result

    def _each(self, run: Callable[[IntArray], FloatArray], batches: Sequence[IntArray]) -> Iterable[FloatArray]:
        """Runs every batch; where that is faster, several at a time."""
        return map(run, batches)

    @final
    def truncated(self, texts: Sequence[Text]) -> int:
        """Returns how many of ``texts`` are longer than the student reads."""
        return self.tokenizer.encode(texts, max_length=self.max_length).truncated

    def probabilities(self, texts: Sequence[Text]) -> FloatArray:
        """Returns the softmax of `logits`, shape ``(len(texts), classes)``."""
        return softmax(self.logits(texts))

    @final
    def predict(self, texts: Sequence[Text]) -> list[str]:
        """Returns the name of the most probable class of each text."""
        return [self.label_names[index] for index in self.logits(texts).argmax(axis=1)]
