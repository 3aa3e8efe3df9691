"""A student in training as attacks ask it."""

from collections.abc import Sequence
from typing import final

import numpy as np
import torch

from rosearch.core.protocols import FloatArray, Text
from rosearch.data.batching import batches_by_length
from rosearch.distillation.learner import Learner
from rosearch.distillation.training_set import TextSource
from rosearch.students.text_classifier import BATCH_TOKENS


@final
class LearnerVictim:
    """A student in training as attacks ask it; its logits are those of the moment.

    Args:
        learner: The student.
        source: How it reads texts.
    """

    def __init__(self, learner: Learner, source: TextSource) -> None:
        self._learner = learner
        self._source = source

    @torch.inference_mode()
    def logits(self, texts: Sequence[Text]) -> FloatArray:
        """Returns logits, shape ``(len(texts), classes)``, computed in float32."""
        encoded = self._source.encode(texts)
        found: dict[int, list[float]] = {}
        for rows in batches_by_length(encoded.lengths, most_tokens=BATCH_TOKENS):
            read = self._learner.read(encoded, rows)
            output = self._learner.network(read["input_ids_BL"], read["mask_BL"], read["character_ids_BLK"])
            found |= zip(rows.tolist(), output.logits_BC.double().cpu().tolist(), strict=True)
        return np.array([found[row] for row in range(len(texts))])
