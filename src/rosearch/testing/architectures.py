"""Hypothesis strategies for architectures in any writing, and for other writings of the same architecture."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from hypothesis import strategies as st
from numpy.random import Generator

from rosearch.space.architecture import Architecture
from rosearch.space.dag import Cell, Node
from rosearch.space.sampling import pick, random_cell
from rosearch.space.space import DagSpace


@st.composite
def architectures(draw: st.DrawFn, space: DagSpace | None = None) -> Architecture:
    """Draws architectures of a space, most of them not in canonical form; they shrink to few nodes.

    Args:
        draw: Given by hypothesis.
        space: Where to draw, without regard to ``max_parameters``; the default space where it is None.
    """
    bounds = space or DagSpace()
    types = draw(st.integers(1, bounds.max_types))
    return Architecture(
        input=draw(st.sampled_from(bounds.inputs)),
        width=draw(st.sampled_from(bounds.widths)),
        pooling=draw(st.sampled_from(bounds.poolings)),
        shared=draw(st.sampled_from(bounds.sharing)),
        layout=tuple(draw(st.lists(st.integers(0, types - 1), min_size=1, max_size=bounds.max_positions))),
        cells=tuple(draw(st.lists(cells(bounds), min_size=types, max_size=types))),
    )


@st.composite
def cells(draw: st.DrawFn, space: DagSpace) -> Cell:
    """Draws cells of a space.

    Args:
        draw: Given by hypothesis.
        space: Where to draw.
    """
    nodes = []
    for number in range(1, draw(st.integers(1, space.max_nodes)) + 1):
        operation = draw(st.sampled_from(space.all_operations))
        inputs = draw(st.sets(st.integers(0, number - 1), min_size=1))
        nodes.append(Node(operation=operation, inputs=tuple(inputs), combine=draw(st.sampled_from(space.combines))))
    return Cell(nodes=tuple(nodes))


@final
@dataclass(frozen=True)
class Relabelling:
    """Writes an architecture down in another way that builds the same network.

    Nodes get another topological order, single inputs any combine, types other names, and an unused type is added.

    Args:
        seed: Of all that is random in it.
    """

    seed: int

    def __call__(self, architecture: Architecture) -> Architecture:
        """Returns the other writing."""
        rng = np.random.default_rng(self.seed)
        spare = random_cell(DagSpace.preset("tiny"), rng)
        rewritten = [*(self._cell(cell, rng) for cell in architecture.cells), spare]
        names = [int(name) for name in rng.permutation(len(rewritten))]
        return replace(
            architecture,
            layout=tuple(names[index] for index in architecture.layout),
            cells=tuple(rewritten[names.index(name)] for name in range(len(names))),
        )

    def _cell(self, cell: Cell, rng: Generator) -> Cell:
        order = _topological_order(cell, rng)
        numbers = {0: 0} | {old: new for new, old in enumerate(order, start=1)}
        nodes = [cell.nodes[old - 1].renumbered(numbers) for old in order]
        return Cell(
            nodes=tuple(
                replace(node, combine=pick(("sum", "gated"), rng)) if len(node.inputs) == 1 else node for node in nodes
            )
        )


def relabellings() -> st.SearchStrategy[Relabelling]:
    """Gives relabellings."""
    return st.builds(Relabelling, st.integers(0, 2**32 - 1))


def _topological_order(cell: Cell, rng: Generator) -> Sequence[int]:
    order: list[int] = []
    while len(order) < len(cell.nodes):
        ready = [
            number
            for number, node in enumerate(cell.nodes, start=1)
            if number not in order and all(source == 0 or source in order for source in node.inputs)
        ]
        order.append(pick(ready, rng))
    return order
