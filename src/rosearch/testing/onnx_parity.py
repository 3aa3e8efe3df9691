"""How far a network's ONNX graph is from the network, on batches of many shapes.

Shapes: B batch, L tokens, K character features of a word.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from rosearch.core.protocols import OnnxPrecision
from rosearch.students.network import StudentNetwork
from rosearch.students.onnx_graph import write_onnx
from rosearch.students.onnx_student import open_session

if TYPE_CHECKING:
    import onnx

BATCHES = ((1, 1), (1, 3), (4, 17), (1, 40), (3, 40))
"""Texts and word pieces of each batch."""
LONGEST = 40


def largest_difference(
    network: StudentNetwork, graph: "onnx.ModelProto", path: Path, *, precision: OnnxPrecision = "float32"
) -> float:
    """Returns the largest absolute difference of any logit.

    Args:
        network: In evaluation mode.
        graph: Its graph, for texts of at least `LONGEST` word pieces.
        path: Where to write the graph.
        precision: What to write it in.
    """
    write_onnx(graph, path, precision=precision)
    session = open_session(path, 1)
    worst = 0.0
    for inputs in random_inputs(network):
        with torch.no_grad():
            expected = network(*inputs.values()).logits_BC.numpy()
        (actual,) = session.run(["logits"], {name: tensor.numpy() for name, tensor in inputs.items()})
        worst = max(worst, float(np.abs(actual - expected).max()))
    return worst


def random_inputs(network: StudentNetwork) -> Iterator[Mapping[str, Tensor]]:
    """Yields batches with padding that holds noise.

    Args:
        network: Gives the vocabulary, and says whether characters are told.
    """
    generator = torch.Generator().manual_seed(0)
    for size, length in BATCHES:
        ids_BL = torch.randint(network.input.table.num_embeddings, (size, length), generator=generator)
        lengths_B1 = torch.randint(1, length + 1, (size, 1), generator=generator)
        lengths_B1[0] = length
        mask_BL = torch.arange(length) < lengths_B1
        inputs = {"input_ids": ids_BL, "attention_mask": mask_BL.long()}
        if network.input.characters is not None:
            features_BLK = torch.randint(1, 30, (size, length, 6), generator=generator)
            told_BLK = torch.arange(6) < torch.randint(7, (size, length, 1), generator=generator)
            inputs["character_ids"] = features_BLK * told_BLK * mask_BL.unsqueeze(2)
        yield inputs
