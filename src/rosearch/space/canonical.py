"""One order for all numberings of a labelled graph: colour refinement, then an exact search where it leaves ties.

A graph has a source 0 and nodes 1..n in some topological order, each with a label and a set of earlier inputs.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

Certificate = tuple[tuple[int, ...], ...]


def canonical_order(labels: Sequence[str], inputs: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Returns the nodes in an order that all isomorphic graphs share.

    Depth and label are the first colours, and refinement only ever splits a colour, so the order is topological. What
    refinement cannot tell apart is tried out, node by node, and the smallest list of edges wins.

    Args:
        labels: The label of node ``i + 1`` at ``i``.
        inputs: The inputs of node ``i + 1`` at ``i``, each without repetition.

    Returns:
        The nodes 1..n in canonical order.

    References:
        McKay, Piperno (2014). Practical graph isomorphism, II. arXiv:1301.1493

    Differences from the paper: of automorphisms only twins (equal inputs, equal outputs) are used to prune, which is
    enough for graphs of this size.
    """
    graph = tuple(tuple(sorted(of)) for of in inputs)
    outputs = _outputs(graph)
    first = _refine(_first_colours(labels, graph), graph, outputs)
    return min((_certificate(colours, graph), _order(colours)) for colours in _leaves(first, graph, outputs))[1]


def automorphisms(labels: Sequence[str], inputs: Sequence[Sequence[int]]) -> int:
    """Counts the renumberings of the nodes that change nothing.

    Args:
        labels: The label of node ``i + 1`` at ``i``.
        inputs: The inputs of node ``i + 1`` at ``i``.
    """
    graph = tuple(tuple(sorted(of)) for of in inputs)
    outputs = _outputs(graph)
    first = _refine(_first_colours(labels, graph), graph, outputs)
    certificates = [_certificate(leaf, graph) for leaf in _leaves(first, graph, outputs, prune=False)]
    return certificates.count(certificates[0])


def topological_orders(inputs: Sequence[Sequence[int]]) -> int:
    """Counts the orders of the nodes in which inputs come first.

    Args:
        inputs: The inputs of node ``i + 1`` at ``i``.
    """
    needed = [sum(1 << (source - 1) for source in of if source) for of in inputs]
    everything = (1 << len(inputs)) - 1

    @cache
    def orders(done: int) -> int:
        if done == everything:
            return 1
        ready = (node for node, before in enumerate(needed) if not done >> node & 1 and before & ~done == 0)
        return sum(orders(done | 1 << node) for node in ready)

    return orders(0)


def depths(inputs: Sequence[Sequence[int]]) -> list[int]:
    """Returns for the source and each node the number of edges on the longest path from the source."""
    depth = [0]
    for of in inputs:
        depth.append(1 + max(depth[source] for source in of))
    return depth


def _outputs(graph: Sequence[Sequence[int]]) -> list[list[int]]:
    outputs: list[list[int]] = [[] for _ in range(len(graph) + 1)]
    for node, of in enumerate(graph, start=1):
        for source in of:
            outputs[source].append(node)
    return outputs


def _first_colours(labels: Sequence[str], graph: Sequence[Sequence[int]]) -> list[int]:
    return _ranks(list(zip(depths(graph), ("", *labels), strict=True)))


def _refine(colours: list[int], graph: Sequence[Sequence[int]], outputs: Sequence[Sequence[int]]) -> list[int]:
    """Splits colours by the colours of inputs and of outputs until nothing changes."""
    before = -1
    while before < (before := max(colours)) < len(colours) - 1:
        signatures = [(colours[0], (), ())] + [
            (
                colours[node],
                tuple(sorted([colours[source] for source in of])),
                tuple(sorted([colours[target] for target in outputs[node]])),
            )
            for node, of in enumerate(graph, start=1)
        ]
        colours = _ranks(signatures)
    return colours


def _ranks(keys: Sequence[Any]) -> list[int]:
    rank = {key: index for index, key in enumerate(sorted(set(keys)))}
    return [rank[key] for key in keys]


def _leaves(
    colours: list[int], graph: Sequence[Sequence[int]], outputs: Sequence[Sequence[int]], *, prune: bool = True
) -> Iterator[list[int]]:
    """Yields colourings without ties: each node of the first tied class in turn is put before its fellows."""
    tied = next((colour for colour in range(max(colours) + 1) if colours.count(colour) > 1), None)
    if tied is None:
        yield colours
        return
    fellows = [node for node, colour in enumerate(colours) if colour == tied]
    if prune:
        fellows = list({(graph[node - 1], tuple(outputs[node])): node for node in fellows}.values())
    for node in fellows:
        chosen = [2 * colour + (other != node) for other, colour in enumerate(colours)]
        yield from _leaves(_refine(_ranks([(c,) for c in chosen]), graph, outputs), graph, outputs, prune=prune)


def _order(colours: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted(range(1, len(colours)), key=colours.__getitem__))


def _certificate(colours: Sequence[int], graph: Sequence[Sequence[int]]) -> Certificate:
    """Returns the edges under the colours' numbering; colours without ties are the numbers 0..n."""
    return tuple(tuple(sorted(colours[source] for source in graph[node - 1])) for node in _order(colours))
