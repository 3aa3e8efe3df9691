"""Layers: the torch half of ``space/operation.py``, same words, same order.

Shapes: B batch, L tokens, D width, H heads, C channels of a head, K kernel.

A layer sees normalised tokens and returns what is added to the residual stream; its output at text never depends on
padding, and is finite at padding.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from rosearch.space.operation import (
    AveragePooling,
    Convolution,
    FeedForward,
    GatedFeedForward,
    MaxPooling,
    Operation,
    SelfAttention,
    SeparableConvolution,
    TokenMixing,
    WindowedAttention,
)


class TokenMask:
    """Which tokens are text, in the shapes that layers need; each shape is made once per batch.

    Args:
        mask_BL: True or non-zero at text.
    """

    def __init__(self, mask_BL: Tensor) -> None:
        self.text_BL = mask_BL.bool()
        # Most batches of one length have no padding, and then nothing needs to be masked.
        self.padded = torch.compiler.is_compiling() or not bool(self.text_BL.all())
        self._weight_BL1: Tensor | None = None
        self._count_B1: Tensor | None = None

    # Not functools.cached_property: up to Python 3.11 its lock is more than torch.compile can follow.
    @property
    def weight(self) -> Tensor:
        """1 at text and 0 at padding, shape BL1."""
        if self._weight_BL1 is None:
            self._weight_BL1 = self.text_BL.unsqueeze(-1).float()
        return self._weight_BL1

    @property
    def count(self) -> Tensor:
        """Tokens of text, at least 1, shape B1."""
        if self._count_B1 is None:
            self._count_B1 = self.text_BL.sum(dim=1, keepdim=True).clamp(min=1)
        return self._count_B1

    @property
    def keys(self) -> Tensor | None:
        """Which tokens may be attended to, shape B11L; None where all may."""
        return self.text_BL[:, None, None, :] if self.padded else None

    def window_keys(self, window: int) -> Tensor:
        """Which tokens each may attend to, shape B1LL; itself always, so that no row of a softmax is empty."""
        place_L = torch.arange(self.text_BL.shape[1], device=self.text_BL.device)
        distance_LL = (place_L[:, None] - place_L).abs()
        near_LL = distance_LL <= window
        return near_LL & self.text_BL[:, None, None, :] | (distance_LL == 0) if self.padded else near_LL

    # Multiplying and adding take a fifth of the time of masked_fill on a CPU.
    def zeroed(self, hidden_BLD: Tensor) -> Tensor:
        """Returns ``hidden_BLD`` with 0 at padding."""
        return hidden_BLD * self.weight.to(hidden_BLD.dtype) if self.padded else hidden_BLD

    def lowered(self, hidden_BLD: Tensor) -> Tensor:
        """Returns ``hidden_BLD`` with values at padding that no maximum takes, finite so that they can be zeroed."""
        if not self.padded:
            return hidden_BLD
        return hidden_BLD + (1 - self.weight.to(hidden_BLD.dtype)) * (torch.finfo(hidden_BLD.dtype).min / 2)


class SelfAttentionLayer(nn.Module):
    """Attention of every token to every token; queries, keys and values come out of one matrix."""

    def __init__(self, operation: SelfAttention | WindowedAttention, width: int) -> None:
        super().__init__()
        self.heads = operation.heads
        self.query_key_value = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)

    def forward(self, hidden_BLD: Tensor, mask: TokenMask) -> Tensor:
        """Returns what attention adds, shape BLD."""
        batch, length, width = hidden_BLD.shape
        packed_BL3HC = self.query_key_value(hidden_BLD).view(batch, length, 3, self.heads, width // self.heads)
        query_BHLC, key_BHLC, value_BHLC = packed_BL3HC.permute(2, 0, 3, 1, 4).unbind(0)
        mixed_BHLC = attention(query_BHLC, key_BHLC, value_BHLC, self._keys(mask))
        return self.output(mixed_BHLC.transpose(1, 2).reshape(batch, length, width))  # type: ignore[no-any-return]

    def _keys(self, mask: TokenMask) -> Tensor | None:
        return mask.keys


class WindowedAttentionLayer(SelfAttentionLayer):
    """Attention to the neighbourhood: the whole square is computed and masked."""

    def __init__(self, operation: WindowedAttention, width: int) -> None:
        super().__init__(operation, width)
        self.window = operation.window

    def _keys(self, mask: TokenMask) -> Tensor | None:
        return mask.window_keys(self.window)


class ConvolutionLayer(nn.Module):
    """Convolution over tokens, then GELU."""

    def __init__(self, operation: Convolution, width: int) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(width, width, operation.kernel, padding=operation.kernel // 2)

    def forward(self, hidden_BLD: Tensor, mask: TokenMask) -> Tensor:
        """Returns what the convolution adds, shape BLD."""
        return functional.gelu(self.convolution(mask.zeroed(hidden_BLD).mT).mT)


class SeparableConvolutionLayer(nn.Module):
    """Convolution of each channel, then a mixing of channels, then GELU."""

    def __init__(self, operation: SeparableConvolution, width: int) -> None:
        super().__init__()
        self.kernel_KD = nn.Parameter(torch.empty(operation.kernel, width).uniform_(-1, 1) / operation.kernel**0.5)
        self.mixing = nn.Linear(width, width)

    def forward(self, hidden_BLD: Tensor, mask: TokenMask) -> Tensor:
        """Returns what the convolution adds, shape BLD."""
        # Shifted multiply-adds keep channels last: half the time of a grouped Conv1d with its transposes on a CPU.
        kernel, length = self.kernel_KD.shape[0], hidden_BLD.shape[1]
        wide_BLD = functional.pad(mask.zeroed(hidden_BLD), (0, 0, kernel // 2, kernel // 2))
        sum_BLD = wide_BLD[:, :length] * self.kernel_KD[0]
        for shift in range(1, kernel):
            sum_BLD = torch.addcmul(sum_BLD, wide_BLD[:, shift : shift + length], self.kernel_KD[shift])
        return functional.gelu(self.mixing(sum_BLD))


class FeedForwardLayer(nn.Module):
    """Two linear maps with GELU between them."""

    def __init__(self, operation: FeedForward, width: int) -> None:
        super().__init__()
        self.inner = nn.Linear(width, operation.ratio * width)
        self.output = nn.Linear(operation.ratio * width, width)

    def forward(self, hidden_BLD: Tensor, mask: TokenMask) -> Tensor:  # noqa: ARG002
        """Returns what the maps add, shape BLD."""
        return self.output(functional.gelu(self.inner(hidden_BLD)))  # type: ignore[no-any-return]


class GatedFeedForwardLayer(nn.Module):
    """Feed-forward whose inner values are gated; values and gates come out of one matrix."""

    def __init__(self, operation: GatedFeedForward, width: int) -> None:
        super().__init__()
        self.inner = nn.Linear(width, 2 * operation.ratio * width)
        self.output = nn.Linear(operation.ratio * width, width)

    def forward(self, hidden_BLD: Tensor, mask: TokenMask) -> Tensor:  # noqa: ARG002
        """Returns what the maps add, shape BLD."""
        value, gate = self.inner(hidden_BLD).chunk(2, dim=-1)
        return self.output(value * functional.gelu(gate))  # type: ignore[no-any-return]


class TokenMixingLayer(nn.Module):
    """The mean of all tokens, for every token."""

    def __init__(self, operation: TokenMixing, width: int) -> None:  # noqa: ARG002
        super().__init__()

    def forward(self, hidden_BLD: Tensor, mask: TokenMask) -> Tensor:
        """Returns the mean, shape B1D, which broadcasts."""
        return mask.zeroed(hidden_BLD).sum(dim=1, keepdim=True) / mask.count.unsqueeze(-1)


class MaxPoolingLayer(nn.Module):
    """The largest value of the neighbourhood, channel by channel."""

    def __init__(self, operation: MaxPooling, width: int) -> None:  # noqa: ARG002
        super().__init__()
        self.reach = operation.kernel // 2

    def forward(self, hidden_BLD: Tensor, mask: TokenMask) -> Tensor:
        """Returns the largest values, shape BLD."""
        length = hidden_BLD.shape[1]
        wide_BLD = functional.pad(mask.lowered(hidden_BLD), (0, 0, self.reach, self.reach), value=float("-inf"))
        largest_BLD = wide_BLD[:, :length]
        for shift in range(1, 2 * self.reach + 1):
            largest_BLD = torch.maximum(largest_BLD, wide_BLD[:, shift : shift + length])
        return mask.zeroed(largest_BLD)


class AveragePoolingLayer(nn.Module):
    """The mean of the neighbourhood, channel by channel; tokens beyond the text do not count."""

    def __init__(self, operation: AveragePooling, width: int) -> None:  # noqa: ARG002
        super().__init__()
        self.kernel = operation.kernel

    def forward(self, hidden_BLD: Tensor, mask: TokenMask) -> Tensor:
        """Returns the means, shape BLD."""
        if not mask.padded:
            return self._means(hidden_BLD.mT, count_beyond=False).mT
        text_BL = mask.text_BL.to(hidden_BLD.dtype)
        share_BL = self._means(text_BL, count_beyond=True).clamp(min=1 / self.kernel)
        return self._means(mask.zeroed(hidden_BLD).mT, count_beyond=True).mT / share_BL.unsqueeze(-1)

    def _means(self, values: Tensor, *, count_beyond: bool) -> Tensor:
        """Averages along the last dimension, as many values as went in."""
        return functional.avg_pool1d(values, self.kernel, 1, self.kernel // 2, count_include_pad=count_beyond)


def attention(query_BHLC: Tensor, key_BHLC: Tensor, value_BHLC: Tensor, keys: Tensor | None) -> Tensor:
    """Returns values weighted by attention, shape BHLC.

    Args:
        query_BHLC: What each token asks.
        key_BHLC: What each token answers to.
        value_BHLC: What each token gives.
        keys: True where a token may be attended to, of a shape that broadcasts to BHLL; None where all may.
    """
    if query_BHLC.dtype != torch.bfloat16 or query_BHLC.device.type != "cpu" or not query_BHLC.requires_grad:
        return functional.scaled_dot_product_attention(query_BHLC, key_BHLC, value_BHLC, attn_mask=keys)
    # On CPUs the fused operation's way back takes ten times the time of its way there in bfloat16.
    scores_BHLL = (query_BHLC * query_BHLC.shape[-1] ** -0.5) @ key_BHLC.mT
    if keys is not None:
        scores_BHLL = scores_BHLL.masked_fill(~keys, torch.finfo(scores_BHLL.dtype).min)
    weights_BHLL: Tensor = scores_BHLL.softmax(dim=-1).to(value_BHLC.dtype)
    return weights_BHLL @ value_BHLC


LAYERS: Mapping[type[Operation], type[nn.Module]] = {
    SelfAttention: SelfAttentionLayer,
    WindowedAttention: WindowedAttentionLayer,
    Convolution: ConvolutionLayer,
    SeparableConvolution: SeparableConvolutionLayer,
    FeedForward: FeedForwardLayer,
    GatedFeedForward: GatedFeedForwardLayer,
    TokenMixing: TokenMixingLayer,
    MaxPooling: MaxPoolingLayer,
    AveragePooling: AveragePoolingLayer,
}
"""The layer of each operation; built with ``(operation, width)``."""
