"""Crossovers: each lists, in random order, children of two architectures; whoever asks takes the first that fits."""

from collections.abc import Callable, Iterator, Mapping

from numpy.random import Generator

from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.dag import Cell
from rosearch.space.sampling import shuffled

Crossover = Callable[[Architecture, Architecture, Generator], Iterator[Architecture]]
MACRO_GENES = 6


def mix_macro_genes(first: Architecture, second: Architecture, rng: Generator) -> Iterator[Architecture]:
    """Takes rank, training, width, pooling, sharing and layout each from either parent, the cells from the first.

    A layout that names a type which the first parent lacks brings the second parent's cell along.
    """
    for mask in shuffled(range(1 << MACRO_GENES), rng):
        rank, trained, width, pooling, shared, layout = (
            (first, second)[mask >> gene & 1] for gene in range(MACRO_GENES)
        )
        yield Architecture(
            input=InputGenes(rank=rank.input.rank, trained=trained.input.trained),
            width=width.width,
            pooling=pooling.pooling,
            shared=shared.shared,
            layout=layout.layout,
            cells=first.cells + second.cells[len(first.cells) :],
        )


def swap_cell(first: Architecture, second: Architecture, rng: Generator) -> Iterator[Architecture]:
    """Puts a cell of the second parent in the place of one of the first."""
    moves = [(index, cell) for index in range(len(first.cells)) for cell in second.cells]
    for index, cell in shuffled(moves, rng):
        yield first.with_cell(index, cell)


def splice_prefix(first: Architecture, second: Architecture, rng: Generator) -> Iterator[Architecture]:
    """Keeps the first nodes of a cell and goes on with the later nodes of a cell of the second parent.

    Nodes are in topological order, and both prefixes have one length, so every input finds a node.
    """
    moves = [
        (index, Cell(nodes=head.nodes[:cut] + tail.nodes[cut:]))
        for index, head in enumerate(first.cells)
        for tail in second.cells
        for cut in range(1, min(len(head.nodes) + 1, len(tail.nodes)))
    ]
    for index, cell in shuffled(moves, rng):
        yield first.with_cell(index, cell)


CROSSOVERS: Mapping[str, Crossover] = {
    crossover.__name__: crossover for crossover in (mix_macro_genes, swap_cell, splice_prefix)
}
"""All crossovers by the name that a record keeps."""
