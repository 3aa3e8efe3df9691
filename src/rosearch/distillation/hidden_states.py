"""Pooled states: what the student knows of the whole text is drawn to what the teacher knows.

Shapes: B batch, D width.
"""

from torch import Tensor
from torch.nn import functional


def pooled_state_loss(student_BD: Tensor, teacher_BD: Tensor) -> Tensor:
    """Returns one minus the cosine between projected student and teacher states, mean over the batch.

    Args:
        student_BD: The student's pooled states, projected to the teacher's width.
        teacher_BD: The teacher's pooled states.

    References:
        Sun et al. (2019), Patient Knowledge Distillation, equation 7; ours differs in the cosine, which needs no
        common scale, and in the learned projection, so that the widths may differ. arXiv:1908.09355
    """
    return (1 - functional.cosine_similarity(student_BD, teacher_BD, dim=-1)).mean()
