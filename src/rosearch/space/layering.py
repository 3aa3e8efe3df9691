"""Where to draw the nodes of a cell: layers by depth, few crossings, edges straight where they can be.

References: Sugiyama, Tagawa, Toda (1981). Methods for Visual Understanding of Hierarchical System Structures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import final

from rosearch.space.dag import Cell

SWEEPS = 24
LANE_PULL = 8.0


@final
@dataclass(frozen=True, kw_only=True)
class Layering:
    """A drawing without sizes in the vertical.

    Args:
        nodes: For the input (0), each node, and the output (last): layer and horizontal centre, the leftmost edge at 0.
        edges: For each (source, target): the horizontal centres of the gaps left in the layers between.
        width: Of the whole.
        layers: Their number.
    """

    nodes: tuple[tuple[int, float], ...]
    edges: Mapping[tuple[int, int], tuple[float, ...]]
    width: float
    layers: int


def layered(cell: Cell, *, box: float, gap: float, lane: float) -> Layering:
    """Places the nodes of a cell; an edge that skips layers gets a free lane in each.

    Args:
        cell: The cell.
        box: Width of a node.
        gap: Space between neighbours.
        lane: Width of a lane that an edge passes through.
    """
    layer_of = [*cell.depths, max(cell.depths) + 1]
    output = len(cell.nodes) + 1
    sources = {number: node.inputs for number, node in enumerate(cell.nodes, start=1)} | {output: cell.loose_ends}
    chains = {(source, target): _chain(source, target, layer_of) for target, of in sources.items() for source in of}
    links = [pair for chain in chains.values() for pair in pairwise(chain)]
    layers: list[list[Place]] = [[] for _ in range(layer_of[output] + 1)]
    for place in dict.fromkeys(place for chain in chains.values() for place in chain):
        layers[place[0]].append(place)
    _order(layers, _neighbours(links))
    centre = _centres(layers, _neighbours(links), {True: box, False: lane}, gap)
    left = min(centre[place] - (box if _is_node(place) else lane) / 2 for place in centre)
    right = max(centre[place] + (box if _is_node(place) else lane) / 2 for place in centre)
    return Layering(
        nodes=tuple(
            (layer_of[number], centre[layer_of[number], number, number] - left) for number in range(output + 1)
        ),
        edges={edge: tuple(centre[place] - left for place in chain[1:-1]) for edge, chain in chains.items()},
        width=right - left,
        layers=len(layers),
    )


Place = tuple[int, int, int]
"""(layer, source, target) of a lane; (layer, node, node) of a node."""


def _is_node(place: Place) -> bool:
    return place[1] == place[2]


def _chain(source: int, target: int, layer_of: Sequence[int]) -> list[Place]:
    lanes = [(layer, source, target) for layer in range(layer_of[source] + 1, layer_of[target])]
    return [(layer_of[source], source, source), *lanes, (layer_of[target], target, target)]


def _neighbours(links: Sequence[tuple[Place, Place]]) -> dict[Place, tuple[list[Place], list[Place]]]:
    """Returns, for each place, those linked in the layer above and in the layer below."""
    near: dict[Place, tuple[list[Place], list[Place]]] = {place: ([], []) for link in links for place in link}
    for upper, lower in links:
        near[upper][1].append(lower)
        near[lower][0].append(upper)
    return near


def _order(layers: list[list[Place]], near: Mapping[Place, tuple[list[Place], list[Place]]]) -> None:
    """Sorts each layer by the mean rank of its neighbours, down and up; keeps the order with the fewest crossings."""
    best, fewest = [list(layer) for layer in layers], _crossings(layers, near)
    for sweep in range(SWEEPS):
        side = sweep % 2
        for index in range(len(layers)) if side == 0 else reversed(range(len(layers))):
            rank = {place: position for layer in layers for position, place in enumerate(layer)}
            means = {
                place: sum(rank[other] for other in near[place][side]) / len(near[place][side])
                if near[place][side]
                else rank[place]
                for place in layers[index]
            }
            layers[index].sort(key=means.__getitem__)
        if (crossings := _crossings(layers, near)) < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
    layers[:] = best


def _crossings(layers: Sequence[Sequence[Place]], near: Mapping[Place, tuple[list[Place], list[Place]]]) -> int:
    rank = {place: position for layer in layers for position, place in enumerate(layer)}
    total = 0
    for layer in layers:
        links = [(rank[upper], rank[lower]) for upper in layer for lower in near[upper][1]]
        total += sum((a[0] - b[0]) * (a[1] - b[1]) < 0 for index, a in enumerate(links) for b in links[:index])
    return total


def _centres(
    layers: Sequence[Sequence[Place]],
    near: Mapping[Place, tuple[list[Place], list[Place]]],
    widths: Mapping[bool, float],
    gap: float,
) -> dict[Place, float]:
    """Moves each layer, down and up, as near to the mean of its neighbours as order and sizes allow."""
    centre: dict[Place, float] = {}
    for layer in layers:
        offsets = list(_offsets(layer, widths, gap))
        centre |= {place: offset - offsets[-1] / 2 for place, offset in zip(layer, offsets, strict=True)}
    for sweep in range(SWEEPS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            wanted = [_weighted_mean(place, near[place][0] + near[place][1], centre) for place in layer]
            offsets = list(_offsets(layer, widths, gap))
            free = _non_decreasing([want - offset for want, offset in zip(wanted, offsets, strict=True)])
            centre |= {place: at + offset for place, at, offset in zip(layer, free, offsets, strict=True)}
    return centre


def _weighted_mean(place: Place, around: Sequence[Place], centre: Mapping[Place, float]) -> float:
    """Averages the neighbours' centres; between two lanes of one edge the pull is strong, which keeps it straight."""
    weights = [1.0 if _is_node(place) or _is_node(other) else LANE_PULL for other in around]
    pulls = sum(weight * centre[other] for weight, other in zip(weights, around, strict=True))
    return pulls / sum(weights)


def _offsets(layer: Sequence[Place], widths: Mapping[bool, float], gap: float) -> Iterator[float]:
    """Yields the centres of a layer that is packed from 0 on."""
    offset, before = 0.0, None
    for place in layer:
        half = widths[_is_node(place)] / 2
        offset += 0 if before is None else before + gap + half
        before = half
        yield offset


def _non_decreasing(values: Sequence[float]) -> list[float]:
    """Returns the nearest non-decreasing values, by squared distance: neighbours out of order take their mean."""
    pools: list[tuple[float, int]] = []
    for value in values:
        total, count = value, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            total, count = total + pools[-1][0], count + pools[-1][1]
            pools.pop()
        pools.append((total, count))
    return [total / count for total, count in pools for _ in range(count)]
