"""Parameters and FLOPs, computed from the genes alone; tests hold them against the built network."""

from dataclasses import dataclass
from typing import final

from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.dag import Cell

LETTERS, LETTER_WIDTH, FILTER_WIDTH = 259, 16, 3
"""Of the convolution over a word's letters: bytes and marks, the width of their vectors, letters that a filter sees."""

LETTERS_OF_A_WORD = 8


@final
@dataclass(frozen=True, kw_only=True)
class ParameterCount:
    """Weights of a student.

    Args:
        total: All of them, a frozen embedding table included.
        without_embedding: All but the tables that word pieces and n-grams look up.
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
    entrance = rank * width + width + _normalisation(width) + _letter_parameters(architecture.input)
    body = sum(
        _cell_parameters(cell, width) for cell in (architecture.cells if architecture.shared else architecture.blocks)
    )
    pooling = width if architecture.pooling == "attentive" else 0
    exit_ = _normalisation(width) + pooling + pooled_width(architecture) * classes + classes
    without_embedding = entrance + body + exit_
    tables = (vocabulary_size + _ngram_rows(architecture.input)) * rank
    return ParameterCount(total=tables + without_embedding, without_embedding=without_embedding)


def flops(architecture: Architecture, *, length: int, classes: int) -> int:
    """Counts multiplications and additions for one text; each counts once, a multiply-add as two.

    Looking up embeddings, means of n-grams, normalisation, residuals, gates and activations, a few per value, are left
    out. Where letters are read, a word counts with six of them and its two marks.

    Args:
        architecture: The student's genes.
        length: Tokens of the text.
        classes: Classes of the task.
    """
    architecture = architecture.canonical()
    width, rank = architecture.width, architecture.input.rank
    entrance = 2 * length * rank * width + length * _letter_flops(architecture.input)
    body = sum(node.operation.flops(width, length) for cell in architecture.blocks for node in cell.nodes)
    per_value = {"cls": 0, "mean": 1, "max": 1, "mean_max": 2, "attentive": 4}[architecture.pooling]
    return entrance + body + per_value * length * width + 2 * pooled_width(architecture) * classes


def pooled_width(architecture: Architecture) -> int:
    """Returns the width of the pooled vector that the head sees."""
    return architecture.width * (2 if architecture.pooling == "mean_max" else 1)


def _ngram_rows(genes: InputGenes) -> int:
    return genes.buckets + 1 if genes.characters == "ngrams" else 0


def _letter_parameters(genes: InputGenes) -> int:
    if genes.characters != "letters":
        return 0
    rank = genes.rank
    return LETTERS * LETTER_WIDTH + (FILTER_WIDTH * LETTER_WIDTH * rank + rank) + (rank * rank + rank)


def _letter_flops(genes: InputGenes) -> int:
    """Counts those of one token."""
    if genes.characters != "letters":
        return 0
    return 2 * LETTERS_OF_A_WORD * FILTER_WIDTH * LETTER_WIDTH * genes.rank + 2 * genes.rank**2


def _cell_parameters(cell: Cell, width: int) -> int:
    gates = sum(len(node.inputs) for node in cell.nodes if node.gated)
    return gates + sum(node.operation.parameters(width) + _normalisation(width) for node in cell.nodes)


def _normalisation(width: int) -> int:
    return 2 * width
