"""The weighted sum of the losses that a scheme names.

Shapes: B batch, L tokens, K character features, D student width, C classes.
"""

from dataclasses import dataclass, replace
from typing import final

import torch
from torch import Tensor, nn

from rosearch.core.errors import ConfigError, TeacherError
from rosearch.core.protocols import IntArray
from rosearch.distillation.hidden_states import pooled_state_loss
from rosearch.distillation.scheme import Scheme
from rosearch.distillation.soft_labels import soft_label_loss
from rosearch.distillation.token_relations import token_relation_loss
from rosearch.students.network import StudentOutput

UNLABELLED = -1
"""Stands where a text has no label; losses of labels pass it over."""


@final
@dataclass(frozen=True, kw_only=True)
class TrainingBatch:
    """One batch of texts with what is known of them.

    Args:
        input_ids_BL: Word pieces.
        mask_BL: True for real tokens.
        labels_B: The task's labels; `UNLABELLED` for a text without one.
        weights_B: What each text counts in the losses of labels; None counts all the same.
        character_ids_BLK: Features of the word that each piece belongs to, where the student reads them.
        teacher_logits_BC: The teacher's logits, where the scheme uses them.
        teacher_pooled_BE: The teacher's pooled states, where the scheme uses them.
        teacher_tokens_BLE: The teacher's token states, where the scheme uses them.
    """

    input_ids_BL: Tensor
    mask_BL: Tensor
    labels_B: Tensor
    weights_B: Tensor | None = None
    character_ids_BLK: Tensor | None = None
    teacher_logits_BC: Tensor | None = None
    teacher_pooled_BE: Tensor | None = None
    teacher_tokens_BLE: Tensor | None = None

    def take(self, places: IntArray) -> "TrainingBatch":
        """Returns some of the texts.

        Args:
            places: Of the texts in the batch.
        """
        chosen = torch.from_numpy(places).to(self.labels_B.device)
        given = ((name, value) for name, value in vars(self).items() if value is not None)
        return replace(self, **{name: value[chosen] for name, value in given})


@final
class Objective(nn.Module):
    """Computes the training loss; holds the projection to the teacher's width, which no student keeps.

    Args:
        scheme: Names and weighs the losses.
        pooled_width: Width of the student's pooled states.
        teacher_width: Width of the teacher's pooled states; 0 without a teacher.
    """

    def __init__(self, scheme: Scheme, *, pooled_width: int, teacher_width: int) -> None:
        super().__init__()
        self.weights = {name: weight for name, weight in scheme.weights.items() if weight > 0}
        self.temperature = scheme.temperature
        uses_states = "pooled_states" in self.weights
        self.projection = nn.Linear(pooled_width, teacher_width) if uses_states else nn.Identity()

    def forward(self, output: StudentOutput, batch: TrainingBatch) -> Tensor:
        """Returns the loss of one batch, a scalar."""
        terms = [weight * self._term(name, output, batch) for name, weight in self.weights.items()]
        return torch.stack(terms).sum()

    def _term(self, name: str, output: StudentOutput, batch: TrainingBatch) -> Tensor:
        match name:
            case "soft_labels":
                teacher_BC = _given(batch.teacher_logits_BC, name)
                return soft_label_loss(
                    output.logits_BC, teacher_BC, temperature=self.temperature, weights_B=batch.weights_B
                )
            case "hard_labels":
                return _hard_label_loss(output.logits_BC, batch)
            case "pooled_states":
                return pooled_state_loss(self.projection(output.pooled_BD), _given(batch.teacher_pooled_BE, name))
            case "token_relations":
                teacher_BLE = _given(batch.teacher_tokens_BLE, name)
                return token_relation_loss(output.hidden_BLD, teacher_BLE, batch.mask_BL)
        raise ConfigError(f"[fitness.scheme] there is no loss {name!r}")


def _hard_label_loss(student_BC: Tensor, batch: TrainingBatch) -> Tensor:
    # Torch's own class weights divide by their sum over the batch, so that a text's share would hang on its neighbours.
    losses_B = nn.functional.cross_entropy(student_BC, batch.labels_B, reduction="none", ignore_index=UNLABELLED)
    return losses_B.mean() if batch.weights_B is None else (losses_B * batch.weights_B).mean()


def _given(tensor: Tensor | None, loss: str) -> Tensor:
    if tensor is None:
        raise TeacherError(f"The loss {loss} needs outputs that this teacher does not give. Set its weight to 0.")
    return tensor
