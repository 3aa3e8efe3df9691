"""Soft labels: the student's distribution is drawn to the teacher's.

Shapes: B batch, C classes.
"""

from torch import Tensor
from torch.nn import functional


def soft_label_loss(student_BC: Tensor, teacher_BC: Tensor, *, temperature: float) -> Tensor:
    """Returns the Kullback-Leibler divergence of the student from the teacher, mean over the batch.

    Args:
        student_BC: Logits of the student.
        teacher_BC: Logits of the teacher.
        temperature: Divides both; the loss is multiplied by its square, so that gradients keep their size.

    References:
        Hinton, Vinyals, Dean (2015), section 2. arXiv:1503.02531
    """
    student_log = functional.log_softmax(student_BC / temperature, dim=-1)
    teacher_log = functional.log_softmax(teacher_BC / temperature, dim=-1)
    divergence = functional.kl_div(student_log, teacher_log, reduction="batchmean", log_target=True)
    return divergence * temperature**2
