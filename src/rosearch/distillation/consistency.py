"""Consistency: a text and its perturbation should get the same answer, whatever the answer is.

Shapes: B batch, C classes.
"""

from torch import Tensor
from torch.nn import functional


def consistency_loss(perturbed_BC: Tensor, clean_BC: Tensor) -> Tensor:
    """Returns the symmetric Kullback-Leibler divergence between two answers, mean over the batch.

    Args:
        perturbed_BC: Logits of the perturbed texts; the only ones that get a gradient.
        clean_BC: Logits of the clean texts.

    References:
        Miyato, Maeda, Koyama, Ishii (2018). Virtual Adversarial Training, section 3.1, for the answer to the clean text
        as a fixed target. arXiv:1704.03976. Jiang et al. (2020), SMART, equation 2, for both directions.
        arXiv:1911.03437
    """
    perturbed_log = functional.log_softmax(perturbed_BC, dim=-1)
    clean_log = functional.log_softmax(clean_BC.detach(), dim=-1)
    difference = (perturbed_log - clean_log) * (perturbed_log.exp() - clean_log.exp())
    return difference.sum(dim=-1).mean()
