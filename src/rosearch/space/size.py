"""Parameters and FLOPs, computed from the genes alone; tests hold them against the built network."""

from dataclasses import dataclass
from typing import final

from rosearch.space.architecture import Architecture
from rosearch.space.dag import Cell


@final
@dataclass(frozen=True, kw_only=True)
class ParameterCount:
    """Weights of a student.

    Args:
        total: All of them, a frozen embedding table included.
        without_embedding: All but the embedding table.
    """

    total: int
    without_embedding: int


def parameter_count(architecture: Architecture, *, vocabulary_size: int, classes: int) -> ParameterCount:
    """Counts the weights of the student.

    Args:
        architecture: The student's genes.
        vocabulary_size: Rows of the embedding table.
        classes: Classes of the task.
    """
    architecture = architecture.canonical()
    width, rank = architecture.width, architecture.input.rank
    entrance = rank * width + width + _normalisation(width)
    body = sum(
        _cell_parameters(cell, width) for cell in (architecture.cells if architecture.shared else architecture.blocks)
    )
    pooling = width if architecture.pooling == "attentive" else 0
    exit_ = _normalisation(width) + pooling + pooled_width(architecture) * classes + classes
    without_embedding = entrance + body + exit_
    return ParameterCount(total=vocabulary_size * rank + without_embedding, without_embedding=without_embedding)


def flops(architecture: Architecture, *, length: int, classes: int) -> int:
    """Counts multiplications and additions for one text; each counts once, a multiply-add as two.

    Looking up embeddings, normalisation, residuals, gates and activations, a few per value, are left out.

    Args:
        architecture: The student's genes.
        length: Tokens of the text.
        classes: Classes of the task.
    """
    architecture = architecture.canonical()
    width = architecture.width
    entrance = 2 * length * architecture.input.rank * width
    body = sum(node.operation.flops(width, length) for cell in architecture.blocks for node in cell.nodes)
    per_value = {"cls": 0, "mean": 1, "max": 1, "mean_max": 2, "attentive": 4}[architecture.pooling]
    return entrance + body + per_value * length * width + 2 * pooled_width(architecture) * classes


def pooled_width(architecture: Architecture) -> int:
    """Returns the width of the pooled vector that the head sees."""
    return architecture.width * (2 if architecture.pooling == "mean_max" else 1)


def _cell_parameters(cell: Cell, width: int) -> int:
    gates = sum(len(node.inputs) for node in cell.nodes if node.gated)
    return gates + sum(node.operation.parameters(width) + _normalisation(width) for node in cell.nodes)


def _normalisation(width: int) -> int:
    return 2 * width
