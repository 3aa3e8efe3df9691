"""The family of sentence encoders: how like two texts are."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from rosearch.lexicons.resource import Resource


class SentenceEncoder(Resource, ABC):
    """Turns texts into vectors whose cosine says how much they mean the same."""

    family: ClassVar[str] = "encoder"
    members: ClassVar[tuple[str, ...]] = ("rosearch.lexicons.sentence_transformer", "rosearch.lexicons.no_encoder")

    @abstractmethod
    def answer(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """Returns the vectors of texts, shape ``(len(questions), D)``; equal texts get equal vectors.

        Args:
            questions: The texts, with repetitions.

        Raises:
            AssetError: If the encoder cannot be loaded.
        """
