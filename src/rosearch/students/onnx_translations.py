"""Operations that the exporter of ONNX would translate into many nodes, in few.

Shapes: B batch, L tokens, H heads, C channels of a head, V vocabulary, R rank, N bags, K members of a bag.
"""

from collections.abc import Callable, Mapping
from typing import Any

import onnx
import torch
from onnxscript import opset20

op: Any = opset20  # its stubs do not take what it takes
OPSET = 20
"""The first with GELU as one operation."""

LARGE_NEGATIVE = -1e4
"""Masks a score of attention: its exponential is 0 in float32, and it fits into float16."""


def attention(
    query_BHLC: Any,
    key_BHLC: Any,
    value_BHLC: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,  # noqa: ARG001 - the signature is torch's
    is_causal: bool = False,  # noqa: ARG001
    scale: float | None = None,  # noqa: ARG001
    enable_gqa: bool = False,  # noqa: ARG001
) -> Any:
    """Translates scaled dot-product attention in a third of the exporter's nodes; no row of a mask here is empty."""
    scores_BHLL = op.MatMul(query_BHLC, op.Transpose(key_BHLC, perm=[0, 1, 3, 2]))
    scores_BHLL = op.Mul(scores_BHLL, op.Constant(value_float=query_BHLC.shape[-1] ** -0.5))
    if attn_mask is not None:
        scores_BHLL = op.Where(attn_mask, scores_BHLL, op.Constant(value_float=LARGE_NEGATIVE))
    return op.MatMul(op.Softmax(scores_BHLL, axis=-1), value_BHLC)


def means_of_bags(
    table_VR: Any,
    indices: Any,
    offsets_N: Any,
    scale_grad_by_freq: bool = False,  # noqa: ARG001 - the signature is torch's
    mode: int = 1,  # noqa: ARG001
    sparse: bool = False,  # noqa: ARG001
    per_sample_weights: Any = None,  # noqa: ARG001
    include_last_offset: bool = False,  # noqa: ARG001
    padding_idx: int = 0,
) -> Any:
    """Translates the mean of embeddings without the exporter's loop over bags; all bags here are of one length."""
    indices_NK = op.Reshape(indices, op.Concat(op.Shape(offsets_N), op.Constant(value_ints=[-1]), axis=0))
    told_NK = op.Cast(op.Not(op.Equal(indices_NK, op.Constant(value_int=padding_idx))), to=onnx.TensorProto.FLOAT)
    sum_NR = op.Squeeze(op.MatMul(op.Unsqueeze(told_NK, [1]), op.Gather(table_VR, indices_NK)), [1])
    count_N1 = op.ReduceSum(told_NK, [1], keepdims=True)
    means_NR = op.Div(sum_NR, op.Max(count_N1, op.Constant(value_float=1.0)))
    return means_NR, offsets_N, offsets_N, offsets_N


TRANSLATIONS: Mapping[Callable[..., Any], Callable[..., Any]] = {
    torch.ops.aten.scaled_dot_product_attention.default: attention,
    torch.ops.aten.embedding_bag.padding_idx: means_of_bags,
}
"""What the exporter is told, by torch's operation."""
