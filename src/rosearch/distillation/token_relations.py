"""Token relations: which tokens are alike for the teacher should be alike for the student.

Shapes: B batch, L tokens, D width.
"""

from torch import Tensor
from torch.nn import functional


def token_relation_loss(student_BLD: Tensor, teacher_BLE: Tensor, mask_BL: Tensor) -> Tensor:
    """Returns the mean squared difference of the two Gram matrices of cosines, over pairs of real tokens.

    Works for a student of any width and without attention, since only relations are compared.

    Args:
        student_BLD: The student's last states.
        teacher_BLE: The teacher's last states, of any width.
        mask_BL: True for real tokens.

    References:
        Park et al. (2019), Relational Knowledge Distillation, section 3.2. arXiv:1904.05068; ours differs in relating
        the tokens of one text instead of the examples of a batch.
    """
    student = functional.normalize(student_BLD, dim=-1)
    teacher = functional.normalize(teacher_BLE, dim=-1)
    difference_BLL = student @ student.mT - teacher @ teacher.mT
    pairs_BLL = (mask_BL.unsqueeze(1) & mask_BL.unsqueeze(2)).to(difference_BLL.dtype)
    return (difference_BLL.square() * pairs_BLL).sum() / pairs_BLL.sum()
