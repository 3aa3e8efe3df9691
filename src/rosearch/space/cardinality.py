"""How many architectures a space holds: genotypes by counting, distinct architectures by sampling."""

from dataclasses import dataclass
from itertools import product
from math import log10, prod
from typing import final

import numpy as np
from numpy.random import Generator

from rosearch.space.architecture import Architecture
from rosearch.space.bounds import SpaceBounds
from rosearch.space.canonical import automorphisms, topological_orders
from rosearch.space.dag import Cell, Node
from rosearch.space.sampling import pick


@final
@dataclass(frozen=True, kw_only=True)
class SizeEstimate:
    """The size of a space.

    Args:
        genotypes: Ways to write an architecture down, without ``max_parameters``; exact.
        log10_genotypes: Its decimal logarithm.
        distinct: Architectures with different ids that fit into ``max_parameters``; an unbiased estimate.
        standard_error: Of ``distinct``.
        log10_distinct: Decimal logarithm of ``distinct``; minus infinity where no sample fits.
        samples: Genotypes drawn for the estimate.
    """

    genotypes: int
    log10_genotypes: float
    distinct: float
    standard_error: float
    log10_distinct: float
    samples: int


def estimate_size(bounds: SpaceBounds, *, rng: Generator, samples: int = 1000) -> SizeEstimate:
    """Counts genotypes exactly and estimates the number of distinct architectures.

    A genotype drawn uniformly stands for an architecture that ``w`` genotypes write down; the mean of ``1 / w`` over
    draws, times the number of genotypes, is the number of architectures.

    Args:
        bounds: The space.
        rng: The source of randomness.
        samples: Genotypes to draw, at least 2.
    """
    genotypes = count_genotypes(bounds)
    shares = np.empty(samples)
    for index in range(samples):
        architecture = _uniform_genotype(bounds, rng)
        shares[index] = 1 / count_writings(architecture, bounds) if bounds.fits(architecture) else 0.0
    mean, error = float(shares.mean()), float(shares.std(ddof=1)) / samples**0.5
    log10_genotypes = log10(genotypes)
    return SizeEstimate(
        genotypes=genotypes,
        log10_genotypes=log10_genotypes,
        distinct=mean * genotypes,
        standard_error=error * genotypes,
        log10_distinct=log10_genotypes + log10(mean) if mean else float("-inf"),
        samples=samples,
    )


def count_genotypes(bounds: SpaceBounds) -> int:
    """Counts the ways to write down an architecture in these bounds, ``max_parameters`` aside."""
    macro = prod(len(of) for of in (bounds.inputs, bounds.widths, bounds.poolings, bounds.sharing))
    return macro * sum(_layout_weights(bounds).values())


def count_writings(architecture: Architecture, bounds: SpaceBounds) -> int:
    """Counts the genotypes within the bounds that have this architecture's id.

    Every layout, and sharing or not, is tried: cells that it uses may be written in any numbering and with any combine
    on single inputs, cells that it does not use may be anything.

    Args:
        architecture: Any writing of it.
        bounds: The space.
    """
    canonical = architecture.canonical()
    blocks, positions = canonical.layout, len(canonical.layout)
    writings = [_count_cell_writings(cell, bounds) for cell in canonical.cells]
    anything = sum(_cell_weights(bounds))
    total = 0
    for types in range(1, bounds.max_types + 1):
        for layout, shared in product(product(range(types), repeat=positions), bounds.sharing):
            stands_for = dict(zip(layout, blocks, strict=True))
            effective = shared and len(stands_for) < positions
            same_cells = all(stands_for[cell] == block for cell, block in zip(layout, blocks, strict=True))
            kept_apart = not effective or len(stands_for) == len(canonical.cells)
            if effective == canonical.shared and same_cells and kept_apart:
                total += prod(writings[block] for block in stands_for.values()) * anything ** (types - len(stands_for))
    return total


def _count_cell_writings(cell: Cell, bounds: SpaceBounds) -> int:
    inputs = [node.inputs for node in cell.nodes]
    numberings = topological_orders(inputs) // automorphisms([node.label for node in cell.nodes], inputs)
    return int(numberings * len(bounds.combines) ** sum(len(of) == 1 for of in inputs))


def _cell_weights(bounds: SpaceBounds) -> list[int]:
    """Counts cells by their number of nodes, from 1 on."""
    choices = len(bounds.all_operations) * len(bounds.combines)
    return [
        prod(choices * (2**number - 1) for number in range(1, nodes + 1)) for nodes in range(1, bounds.max_nodes + 1)
    ]


def _layout_weights(bounds: SpaceBounds) -> dict[tuple[int, int], int]:
    """Counts layouts and cells by (positions, types)."""
    anything = sum(_cell_weights(bounds))
    return {
        (positions, types): types**positions * anything**types
        for positions in range(1, bounds.max_positions + 1)
        for types in range(1, bounds.max_types + 1)
    }


def _uniform_genotype(bounds: SpaceBounds, rng: Generator) -> Architecture:
    weights = _layout_weights(bounds)
    positions, types = list(weights)[_weighted(list(weights.values()), rng)]
    return Architecture(
        input=pick(bounds.inputs, rng),
        width=pick(bounds.widths, rng),
        pooling=pick(bounds.poolings, rng),
        shared=pick(bounds.sharing, rng),
        layout=tuple(int(cell) for cell in rng.integers(types, size=positions)),
        cells=tuple(_uniform_cell(bounds, rng) for _ in range(types)),
    )


def _uniform_cell(bounds: SpaceBounds, rng: Generator) -> Cell:
    size = 1 + _weighted(_cell_weights(bounds), rng)
    masks = [int(rng.integers(1, 1 << number)) for number in range(1, size + 1)]
    return Cell(
        nodes=tuple(
            Node(
                operation=pick(bounds.all_operations, rng),
                inputs=tuple(source for source in range(number) if mask >> source & 1),
                combine=pick(bounds.combines, rng),
            )
            for number, mask in enumerate(masks, start=1)
        )
    )


def _weighted(weights: list[int], rng: Generator) -> int:
    """Draws an index in proportion to weights that may exceed any float."""
    total = sum(weights)
    shares = np.array([weight / total for weight in weights])
    return int(rng.choice(len(weights), p=shares / shares.sum()))
