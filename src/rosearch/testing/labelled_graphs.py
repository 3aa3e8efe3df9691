"""Every small labelled graph, for holding the canonical form against an exact search."""

from collections.abc import Iterator
from itertools import product
from typing import TypeAlias

Graph: TypeAlias = tuple[tuple[str, tuple[int, ...]], ...]
"""For each node in topological order its label and its inputs; 0 is the graph's input."""


def labelled_graphs(nodes: int, labels: str) -> Iterator[Graph]:
    """Gives every labelled directed acyclic graph in topological order, each node with at least one earlier input.

    Args:
        nodes: Inner nodes.
        labels: One character for each label.

    Yields:
        Each way of writing a graph down, isomorphic ones included.
    """
    subsets = [
        [tuple(source for source in range(number) if mask >> source & 1) for mask in range(1, 1 << number)]
        for number in range(1, nodes + 1)
    ]
    for inputs in product(*subsets):
        for of in product(labels, repeat=nodes):
            yield tuple(zip(of, inputs, strict=True))
