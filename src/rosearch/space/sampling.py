"""Random architectures from a plain distribution, the one that statistics of the space refer to."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from numpy.random import Generator

from rosearch.core.errors import ConfigError
from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.bounds import SpaceBounds
from rosearch.space.dag import Cell, Node

T = TypeVar("T")
MAX_DRAWS = 100_000


def random_architecture(bounds: SpaceBounds, rng: Generator) -> Architecture:
    """Draws an architecture; each gene by itself, uniformly.

    The number of positions is uniform, then the number of types, then the type of each position; each gene of the
    input, width, pooling and sharing are uniform. Each cell has a uniform number of nodes; each node a uniform kind, a
    uniform choice of its steps, a uniform non-empty set of earlier inputs, and a uniform combine. The result is in
    canonical form. With ``max_parameters`` this is the same distribution given that the architecture fits: draws that
    do not are thrown away, most of them before their nodes are drawn.

    Args:
        bounds: Where to draw.
        rng: The source of randomness.

    Raises:
        ConfigError: If 100,000 draws in a row do not fit.
    """
    cheapest = {width: min(op.parameters(width) for op in bounds.all_operations) for width in bounds.widths}
    for _ in range(MAX_DRAWS):
        layout = _random_layout(bounds, rng)
        rank, width = pick(bounds.ranks, rng), pick(bounds.widths, rng)
        shared = pick(bounds.sharing, rng)
        sizes = [int(rng.integers(1, bounds.max_nodes + 1)) for _ in range(max(layout) + 1)]
        nodes = sum(sizes[cell] for cell in (set(layout) if shared else layout))
        if bounds.max_parameters is not None and rank * width + nodes * cheapest[width] > bounds.max_parameters:
            continue
        architecture = Architecture(
            input=random_input(bounds, rng, rank=rank),
            width=width,
            pooling=pick(bounds.poolings, rng),
            shared=shared,
            layout=layout,
            cells=tuple(random_cell(bounds, rng, size=size) for size in sizes),
        ).canonical()
        if bounds.contains(architecture):
            return architecture
    raise ConfigError(
        f"[space] max_parameters = {bounds.max_parameters}: none of {MAX_DRAWS:,} random architectures fits. "
        "Raise it, or lower widths, max_positions or max_nodes."
    )


def random_input(bounds: SpaceBounds, rng: Generator, *, rank: int) -> InputGenes:
    """Draws an input of a given rank; each further gene uniformly.

    Args:
        bounds: Where to draw.
        rng: The source of randomness.
        rank: Of the embedding table.
    """
    trained, characters = pick(bounds.trained, rng), pick(bounds.characters, rng)
    return InputGenes(
        rank=rank,
        trained=trained,
        characters=characters,
        buckets=pick(bounds.buckets_with(characters), rng),
        clusters=pick(bounds.clusters, rng),
        spelling=pick(bounds.spelling, rng),
        pruned=pick(bounds.pruned, rng),
    )


def random_cell(bounds: SpaceBounds, rng: Generator, *, size: int | None = None) -> Cell:
    """Draws a cell as ``random_architecture`` does.

    Args:
        bounds: Where to draw.
        rng: The source of randomness.
        size: Number of nodes; drawn too where it is None.
    """
    size = size or int(rng.integers(1, bounds.max_nodes + 1))
    return Cell(nodes=tuple(_random_node(bounds, rng, number) for number in range(1, size + 1)))


def pick(values: Sequence[T], rng: Generator) -> T:
    """Returns one of the values, each with the same probability."""
    return values[int(rng.integers(len(values)))]


def shuffled(values: Iterable[T], rng: Generator) -> Iterator[T]:
    """Yields the values in random order, each order with the same probability."""
    listed = list(values)
    return (listed[index] for index in rng.permutation(len(listed)))


def _random_node(bounds: SpaceBounds, rng: Generator, number: int) -> Node:
    mask = int(rng.integers(1, 1 << number))
    return Node(
        operation=pick(bounds.choices[pick(bounds.operations, rng)], rng),
        inputs=tuple(source for source in range(number) if mask >> source & 1),
        combine=pick(bounds.combines, rng),
    )


def _random_layout(bounds: SpaceBounds, rng: Generator) -> tuple[int, ...]:
    positions = int(rng.integers(1, bounds.max_positions + 1))
    types = int(rng.integers(1, bounds.max_types + 1))
    return tuple(int(cell) for cell in rng.integers(types, size=positions))
