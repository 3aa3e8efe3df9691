"""The network of an architecture: every graph trains, since each node normalises its input and adds to it.

Shapes: B batch, L tokens, K character features, D width, P pooled width, C classes, N inputs of a node.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from rosearch.space.architecture import Architecture
from rosearch.space.dag import Cell, Node
from rosearch.space.size import pooled_width
from rosearch.students.inputs import PieceInput
from rosearch.students.layers import LAYERS, TokenMask
from rosearch.students.pooling import build_pooling

BUILDER_VERSION = 1
"""Part of every training's id; raised when the same genes would give another network."""


class StudentOutput(NamedTuple):
    """What a student gives for a batch.

    Args:
        logits_BC: One per class.
        pooled_BD: What the head sees; twice the width where mean and maximum are pooled.
        hidden_BLD: The normalised tokens that were pooled; at padding, finite values without meaning.
    """

    logits_BC: Tensor  # fields are named like the tensors
    pooled_BD: Tensor
    hidden_BLD: Tensor


class NodeLayer(nn.Module):
    """A node: ``x + operation(norm(x))``, where ``x`` combines the inputs.

    Inputs are averaged. They share a residual stream, hence are correlated, and a mean keeps the variance at or below
    the largest of theirs whatever the correlation; a sum over the square root of their number would do so only for
    independent ones. Gates weight each input by twice the sigmoid of one number that starts at 0, so both combines
    start as the same network.
    """

    def __init__(self, node: Node, width: int) -> None:
        super().__init__()
        self.inputs = node.inputs
        self.gate_N = nn.Parameter(torch.zeros(len(node.inputs))) if node.gated else None
        self.norm = nn.LayerNorm(width)
        self.layer = LAYERS[type(node.operation)](node.operation, width)

    def forward(self, values: Sequence[Tensor], mask: TokenMask) -> Tensor:
        """Returns the node's value; ``values`` holds those of the cell's input and of earlier nodes."""
        chosen = [values[source] for source in self.inputs]
        if self.gate_N is not None:
            chosen = [value * weight for value, weight in zip(chosen, 2 * torch.sigmoid(self.gate_N), strict=True)]
        hidden_BLD = mean_of(chosen)
        return hidden_BLD + self.layer(self.norm(hidden_BLD), mask)  # type: ignore[no-any-return]


class CellLayer(nn.Module):
    """A cell: its nodes in order, and the mean of those that no node uses."""

    def __init__(self, cell: Cell, width: int) -> None:
        super().__init__()
        self.nodes = nn.ModuleList(NodeLayer(node, width) for node in cell.nodes)
        self.loose_ends = cell.loose_ends

    def forward(self, hidden_BLD: Tensor, mask: TokenMask) -> Tensor:
        """Returns the cell's output, shape BLD."""
        values = [hidden_BLD]
        for node in self.nodes:
            values.append(node(values, mask))
        return mean_of([values[number] for number in self.loose_ends])


class StudentNetwork(nn.Module):
    """A student: input, cells, normalisation, pooling, a linear head.

    The canonical form is built, so isomorphic architectures give networks with the same weights under the same names.
    Texts are padded on the right; logits do not depend on how far.

    Args:
        architecture: The genes.
        vocabulary_size: Rows of the embedding table.
        classes: Classes of the task.
        padding_id: The word piece of padding.
    """

    def __init__(self, architecture: Architecture, *, vocabulary_size: int, classes: int, padding_id: int = 0) -> None:
        super().__init__()
        genes = architecture.canonical()
        self.architecture = genes
        self.input = PieceInput(
            genes.input,
            genes.width,
            vocabulary_size=vocabulary_size,
            padding_id=padding_id,
            # Where no cell looks at them, positions would only tell a bag of embeddings how long the text is.
            ordered=bool(genes.layout),
        )
        built = genes.cells if genes.shared else genes.blocks
        self.cells = nn.ModuleList(CellLayer(cell, genes.width) for cell in built)
        self.order = genes.layout if genes.shared else tuple(range(len(built)))
        self.norm = nn.LayerNorm(genes.width)
        self.pooling = build_pooling(genes.pooling, genes.width)
        self.head = nn.Linear(pooled_width(genes), classes)

    def forward(self, input_ids_BL: Tensor, mask_BL: Tensor, character_ids_BLK: Tensor | None = None) -> StudentOutput:
        """Classifies a batch.

        Args:
            input_ids_BL: Word pieces.
            mask_BL: True or non-zero at text; the first token of each text is text.
            character_ids_BLK: Features of the word that each piece belongs to, from 1 on, padded with 0; a student
                whose genes do not ask for them ignores them.
        """
        return self.forward_from(self.input(input_ids_BL, character_ids_BLK), mask_BL)

    def forward_from(self, hidden_BLD: Tensor, mask_BL: Tensor) -> StudentOutput:
        """Classifies a batch that is embedded already, such as one perturbed in embedding space.

        Args:
            hidden_BLD: What ``input`` gave.
            mask_BL: True or non-zero at text.
        """
        mask = TokenMask(mask_BL)
        for index in self.order:
            hidden_BLD = self.cells[index](hidden_BLD, mask)
        hidden_BLD = self.norm(hidden_BLD)
        pooled_BD = self.pooling(hidden_BLD, mask)
        return StudentOutput(logits_BC=self.head(pooled_BD), pooled_BD=pooled_BD, hidden_BLD=hidden_BLD)


def mean_of(values: Sequence[Tensor]) -> Tensor:
    """Returns the mean of tensors of one shape; a single one as it is."""
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total if len(values) == 1 else total / len(values)
