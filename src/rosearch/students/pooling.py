"""Poolings: the tokens of a text become one vector; padding has no say.

Shapes: B batch, L tokens, D width, P pooled width.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from rosearch.space.architecture import Pooling
from rosearch.students.layers import TokenMask


class AttentivePooling(nn.Module):
    """A mean weighted by a learned query.

    References:
        Lin et al. (2017). A Structured Self-attentive Sentence Embedding. arXiv:1703.03130

    Differences from the paper: one query, no inner layer.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.query = nn.Linear(width, 1, bias=False)

    def forward(self, hidden_BLD: Tensor, mask: TokenMask) -> Tensor:
        """Returns the weighted mean, shape BD."""
        scores_BL1 = mask.lowered(self.query(hidden_BLD))
        return (scores_BL1.softmax(dim=1).mT @ hidden_BLD).squeeze(1)


class PlainPooling(nn.Module):
    """A pooling without weights.

    Args:
        pool: The function that does it.
    """

    def __init__(self, pool: Callable[[Tensor, TokenMask], Tensor]) -> None:
        super().__init__()
        self.pool = pool

    def forward(self, hidden_BLD: Tensor, mask: TokenMask) -> Tensor:
        """Returns the pooled vector, shape BP."""
        return self.pool(hidden_BLD, mask)


def first_token(hidden_BLD: Tensor, mask: TokenMask) -> Tensor:  # noqa: ARG001
    """Returns the vector of the first token, shape BD."""
    return hidden_BLD[:, 0]


def mean_of_tokens(hidden_BLD: Tensor, mask: TokenMask) -> Tensor:
    """Returns the mean over text, shape BD."""
    return mask.zeroed(hidden_BLD).sum(dim=1) / mask.count


def max_of_tokens(hidden_BLD: Tensor, mask: TokenMask) -> Tensor:
    """Returns the maximum over text, channel by channel, shape BD."""
    return mask.lowered(hidden_BLD).amax(dim=1)


def mean_and_max_of_tokens(hidden_BLD: Tensor, mask: TokenMask) -> Tensor:
    """Returns mean and maximum side by side, shape B(2D)."""
    return torch.cat((mean_of_tokens(hidden_BLD, mask), max_of_tokens(hidden_BLD, mask)), dim=1)


def build_pooling(pooling: Pooling, width: int) -> nn.Module:
    """Returns the module of a pooling gene."""
    return AttentivePooling(width) if pooling == "attentive" else PlainPooling(PLAIN_POOLINGS[pooling])


PLAIN_POOLINGS: Mapping[str, Callable[[Tensor, TokenMask], Tensor]] = {
    "cls": first_token,
    "mean": mean_of_tokens,
    "max": max_of_tokens,
    "mean_max": mean_and_max_of_tokens,
}
"""The poolings without weights, by gene."""
