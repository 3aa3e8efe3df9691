"""A student in training: what turns a batch into a loss, and lets others look at its embeddings.

Shapes: B batch, L tokens, R rank of the embedding table, C classes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, final

import torch
from torch import Tensor

from rosearch.core.protocols import IntArray
from rosearch.data.encoded import Encoded
from rosearch.device import computing
from rosearch.distillation.objective import Objective, TrainingBatch
from rosearch.distillation.training_set import piece_tensors
from rosearch.students.network import StudentNetwork, StudentOutput


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Learner:
    """A network with its objective, and where and how both compute.

    Args:
        network: The student.
        objective: The losses of labels and states.
        places: Row of the embedding table for each word piece.
        device: Where it computes.
        precision: Of matrix products.
    """

    network: StudentNetwork
    objective: Objective
    places: IntArray
    device: torch.device
    precision: Literal["float32", "bfloat16"]

    def loss(self, batch: TrainingBatch) -> tuple[Tensor, StudentOutput]:
        """Returns the loss of a batch, a scalar, and what the student gave."""
        with computing(self.device, self.precision):
            output = self.network(batch.input_ids_BL, batch.mask_BL, batch.character_ids_BLK)
            return self.objective(output, batch), output

    @staticmethod
    def descend(loss: Tensor) -> float:
        """Adds the gradient of a loss to those of the weights, and returns the loss."""
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    def read(self, encoded: Encoded, rows: IntArray) -> dict[str, Any]:
        """Returns some texts as this student reads them, under the names that `TrainingBatch` has for it.

        Args:
            encoded: The texts.
            rows: Which of them.
        """
        return piece_tensors(encoded, rows, places=self.places, device=self.device)

    @contextmanager
    def embeddings(self, change: Callable[[Tensor], Tensor]) -> Iterator[None]:
        """Passes what the embedding table gives through a function, for a block.

        Args:
            change: Takes the vectors of the pieces, shape BLR, and returns others of that shape.
        """
        handle = self.network.input.table.register_forward_hook(lambda _, __, vectors_BLR: change(vectors_BLR))
        try:
            yield
        finally:
            handle.remove()


@final
class Probe:
    """Keeps the vectors of a batch's pieces, so that their gradient can be read after the way back."""

    def __init__(self) -> None:
        self._vectors_BLR: Tensor | None = None

    def __call__(self, vectors_BLR: Tensor) -> Tensor:
        """Takes the vectors on their way."""
        if not vectors_BLR.requires_grad:
            vectors_BLR.requires_grad_()
        vectors_BLR.retain_grad()
        self._vectors_BLR = vectors_BLR
        return vectors_BLR

    @property
    def vectors(self) -> Tensor:
        """What was kept, shape BLR."""
        if self._vectors_BLR is None:
            raise RuntimeError("no batch has passed yet")
        return self._vectors_BLR

    @property
    def gradient_BLR(self) -> Tensor:
        """The gradient of the loss by the vectors of the pieces."""
        if self.vectors.grad is None:
            raise RuntimeError("the way back has not been gone yet")
        return self.vectors.grad
