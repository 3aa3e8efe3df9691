"""Crossovers: each lists, in random order, children of two architectures; whoever asks takes the first that fits."""

from collections.abc import Callable, Iterator, Mapping

from numpy.random import Generator

from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.dag import Cell
from rosearch.space.sampling import shuffled

Crossover = Callable[[Architecture, Architecture, Generator], Iterator[Architecture]]
INPUT_GENES = ("rank", "trained", "clusters", "spelling", "pruned")
MACRO_GENES = (*INPUT_GENES, "letters", "width", "pooling", "shared", "layout")


def mix_macro_genes(first: Architecture, second: Architecture, rng: Generator) -> Iterator[Architecture]:
    """Takes each gene of the input, width, pooling, sharing and layout from either parent, the cells from the first.

    A layout that names a type which the first parent lacks brings the second parent's cell along.
    """
    for mask in shuffled(range(1 << len(MACRO_GENES)), rng):
        of = {gene: (first, second)[mask >> place & 1] for place, gene in enumerate(MACRO_GENES)}
        letters = of["letters"].input  # the number of buckets goes with the kind
        yield Architecture(
            input=InputGenes(
                **{gene: getattr(of[gene].input, gene) for gene in INPUT_GENES},
                characters=letters.characters,
                buckets=letters.buckets,
            ),
            width=of["width"].width,
            pooling=of["pooling"].pooling,
            shared=of["shared"].shared,
            layout=of["layout"].layout,
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
