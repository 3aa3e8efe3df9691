"""What a student is trained on: encoded texts, labels, and a teacher's outputs beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from rosearch.core.errors import TeacherError
from rosearch.core.protocols import FloatArray, IntArray, Text
from rosearch.data.encoded import Encoded
from rosearch.data.tokenization import Tokenizer
from rosearch.distillation.objective import UNLABELLED, TrainingBatch
from rosearch.distillation.scheme import Scheme
from rosearch.teachers.outputs import Outputs


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class TextSource:
    """Texts as people read them, and how a student reads them: what robust schemes rewrite.

    Args:
        texts: All with one text field, or all with two.
        tokenizer: The student's.
        max_length: Longest input in word pieces.
    """

    texts: tuple[Text, ...]
    tokenizer: Tokenizer
    max_length: int

    def encode(self, texts: Sequence[Text]) -> Encoded:
        """Turns texts into what the student reads."""
        return self.tokenizer.encode_similar(texts, max_length=self.max_length)


@final
@dataclass(frozen=True, kw_only=True)
class TrainingSet:
    """Texts of the training split, and unlabelled ones behind them, ready to be cut into batches.

    Args:
        encoded: Word pieces of ``n`` texts.
        labels: Shape ``(n,)``; `UNLABELLED` for a text without label.
        outputs: The teacher's outputs for the same texts; None for training without a teacher.
        class_weights: What a text of each class counts, shape ``(classes,)``; None counts all the same.
        source: The texts themselves, where a scheme rewrites them.
        inherited: Texts that beat the parents of a trial of a search, by row of the original; None where nothing is
            inherited or left.
    """

    encoded: Encoded
    labels: IntArray
    outputs: Outputs | None = None
    class_weights: FloatArray | None = None
    source: TextSource | None = None
    inherited: Mapping[int, Text] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def labelled(self) -> int:
        """Number of texts with a label; they come first."""
        return int(np.count_nonzero(self.labels != UNLABELLED))

    def epoch(self, unlabelled: int, *, rng: Generator) -> IntArray:
        """Returns the rows of an epoch: all texts with labels, and some without.

        Args:
            unlabelled: How many of those without.
            rng: Draws them, where there are more.
        """
        rows = np.arange(len(self))
        if self.labelled + unlabelled == len(self):
            return rows
        return np.concatenate([rows[: self.labelled], rng.permutation(rows[self.labelled :])[:unlabelled]])

    @property
    def teacher_width(self) -> int:
        """Width of the teacher's pooled states; 0 without a teacher."""
        return 0 if self.outputs is None else int(self.outputs.pooled.shape[1])

    def batch(self, rows: IntArray, scheme: Scheme, *, places: IntArray, device: torch.device) -> TrainingBatch:
        """Puts some rows together, with only those teacher outputs that the scheme uses.

        Args:
            rows: Which texts.
            scheme: Says which outputs are needed.
            places: Row of the embedding table for each word piece.
            device: Where the batch shall be.
        """
        pieces = piece_tensors(self.encoded, rows, places=places, device=device)
        weights = scheme.weights
        logits = pooled = tokens = None
        if self.outputs is not None:
            if weights.get("soft_labels"):
                logits = _tensor(self.outputs.logits[rows], device)
            if weights.get("pooled_states"):
                pooled = _tensor(self.outputs.pooled[rows], device)
            if weights.get("token_relations"):
                tokens = _tensor(self._token_states(rows, length=pieces["mask_BL"].shape[1]), device)
        return TrainingBatch(
            **pieces,
            labels_B=torch.from_numpy(self.labels[rows]).to(device),
            weights_B=self._weights(rows, device),
            teacher_logits_BC=logits,
            teacher_pooled_BE=pooled,
            teacher_tokens_BLE=tokens,
        )

    def _weights(self, rows: IntArray, device: torch.device) -> Tensor | None:
        if self.class_weights is None:
            return None
        labels = self.labels[rows]
        return _tensor(np.where(labels == UNLABELLED, 1.0, self.class_weights[labels]), device)

    def _token_states(self, rows: IntArray, *, length: int) -> NDArray[np.float32]:
        if self.outputs is None or self.outputs.token_states is None:
            raise TeacherError("The scheme uses token_relations, and this teacher gives no token states. Set it to 0.")
        return self.outputs.token_states.batch(rows, pad_to=length)


def piece_tensors(encoded: Encoded, rows: IntArray, *, places: IntArray, device: torch.device) -> dict[str, Any]:
    """Returns what a student reads of some texts, under the names that `TrainingBatch` has for it.

    Args:
        encoded: The texts.
        rows: Which of them.
        places: Row of the embedding table for each word piece.
        device: Where the tensors shall be.
    """
    ids, mask = encoded.batch(rows)
    characters = encoded.character_batch(rows)
    return {
        "input_ids_BL": torch.from_numpy(places[ids]).to(device),
        "mask_BL": torch.from_numpy(mask).to(device),
        "character_ids_BLK": None if characters is None else torch.from_numpy(characters).to(device),
    }


def _tensor(array: NDArray[np.floating], device: torch.device) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32)).to(device)
