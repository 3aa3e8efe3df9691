"""What a student is trained on: encoded texts, labels, and a teacher's outputs beside them."""

from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rosearch.core.errors import TeacherError
from rosearch.core.protocols import FloatArray, IntArray
from rosearch.data.tokenization import Encoded
from rosearch.distillation.objective import TrainingBatch
from rosearch.distillation.scheme import Scheme
from rosearch.teachers.outputs import Outputs


@final
@dataclass(frozen=True, kw_only=True)
class TrainingSet:
    """Texts of the training split, ready to be cut into batches.

    Args:
        encoded: Word pieces of ``n`` texts.
        labels: Shape ``(n,)``.
        outputs: The teacher's outputs for the same texts; None for training without a teacher.
        class_weights: What a text of each class counts, shape ``(classes,)``; None counts all the same.
    """

    encoded: Encoded
    labels: IntArray
    outputs: Outputs | None = None
    class_weights: FloatArray | None = None

    def __len__(self) -> int:
        return len(self.labels)

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
        ids, mask = self.encoded.batch(rows)
        characters = self.encoded.character_batch(rows)
        weights = scheme.weights
        logits = pooled = tokens = None
        if self.outputs is not None:
            if weights.get("soft_labels"):
                logits = _tensor(self.outputs.logits[rows], device)
            if weights.get("pooled_states"):
                pooled = _tensor(self.outputs.pooled[rows], device)
            if weights.get("token_relations"):
                tokens = _tensor(self._token_states(rows, length=ids.shape[1]), device)
        return TrainingBatch(
            input_ids_BL=torch.from_numpy(places[ids]).to(device),
            mask_BL=torch.from_numpy(mask).to(device),
            labels_B=torch.from_numpy(self.labels[rows]).to(device),
            weights_B=None if self.class_weights is None else _tensor(self.class_weights[self.labels[rows]], device),
            character_ids_BLK=None if characters is None else torch.from_numpy(characters).to(device),
            teacher_logits_BC=logits,
            teacher_pooled_BE=pooled,
            teacher_tokens_BLE=tokens,
        )

    def _token_states(self, rows: IntArray, *, length: int) -> NDArray[np.float32]:
        if self.outputs is None or self.outputs.token_states is None:
            raise TeacherError("The scheme uses token_relations, and this teacher gives no token states. Set it to 0.")
        return self.outputs.token_states.batch(rows, pad_to=length)


def _tensor(array: NDArray[np.floating], device: torch.device) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32)).to(device)
