"""Soft labels: the student's distribution is drawn to the teacher's.

Shapes: B batch, C classes.
"""

from torch import Tensor
from torch.nn import functional


def soft_label_loss(
    student_BC: Tensor, teacher_BC: Tensor, *, temperature: float, weights_B: Tensor | None = None
) -> Tensor:
    """Returns the Kullback-Leibler divergence of the student from the teacher, mean over the batch.

    Args:
        student_BC: Logits of the student.
        teacher_BC: Logits of the teacher.
        temperature: Divides both; the loss is multiplied by its square, so that gradients keep their size.
        weights_B: What each text counts, 1 in the mean of the training texts; None counts all the same.

    References:
        Hinton, Vinyals, Dean (2015), section 2. arXiv:1503.02531
    """
    student_log = functional.log_softmax(student_BC / temperature, dim=-1)
    teacher_log = functional.log_softmax(teacher_BC / temperature, dim=-1)
    if weights_B is None:
        divergence = functional.kl_div(student_log, teacher_log, reduction="batchmean", log_target=True)
    else:
        divergence_BC = functional.kl_div(student_log, teacher_log, reduction="none", log_target=True)
        divergence = (divergence_BC.sum(dim=-1) * weights_B).mean()
    return divergence * temperature**2
