"""Two factors, each with and without: what each brings, and whether together they bring more than the sum.

Shapes: S draws, K seeds of a cell, N texts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, final

import numpy as np
from numpy.random import Generator

from rosearch.core.protocols import BoolArray, FloatArray, IntArray

Cell: TypeAlias = tuple[bool, bool]
"""Whether the first factor is there, and whether the second is."""

CELLS: tuple[Cell, ...] = ((False, False), (False, True), (True, False), (True, True))


@final
@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure with its interval.

    Args:
        value: What was observed.
        low: Lower bound.
        high: Upper bound.
    """

    value: float
    low: float
    high: float

    @property
    def certain(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


@final
@dataclass(frozen=True, kw_only=True)
class TwoByTwo:
    """What two factors do to a share, such as robust accuracy.

    Args:
        cells: The share in each cell, mean over seeds.
        first: What the first factor brings without the second, and with it.
        second: What the second factor brings without the first, and with it.
        interaction: How much more the first factor brings with the second than without, as a difference of shares.
        interaction_in_odds: The same on the scale of the empirical logit, where a share near 0 or 1 has room.
        texts: N.
        seeds: The number of trainings of each cell.
    """

    cells: Mapping[Cell, Estimate]
    first: tuple[Estimate, Estimate]
    second: tuple[Estimate, Estimate]
    interaction: Estimate
    interaction_in_odds: Estimate
    texts: int
    seeds: Mapping[Cell, int]


def two_by_two(
    outcomes: Mapping[Cell, BoolArray], *, rng: Generator, samples: int = 10_000, level: float = 0.95
) -> TwoByTwo:
    """Compares four kinds of model on the same texts.

    The bootstrap draws texts, the same ones for all cells, since they are attacked on one list, and for each cell its
    own seeds, since trainings are independent. From few seeds their part of the spread is known only roughly.

    Args:
        outcomes: For each cell whether each text was right, before and after an attack, by seed: shape ``(K, N)``, with
            any K of each cell and the same texts in all.
        rng: Draws.
        samples: Draws.
        level: Share of draws between the bounds.

    Raises:
        ValueError: If a cell is missing or empty, or has other texts.

    References:
        Efron, Tibshirani (1993). An Introduction to the Bootstrap, chapters 8 and 13: percentile intervals, two
        sources of chance.
    """
    _require_cells(outcomes)
    texts = outcomes[CELLS[0]].shape[1]
    counts = rng.multinomial(texts, np.full(texts, 1 / texts), size=samples)
    shares = {
        # What was seen comes first, then the draws.
        cell: np.concatenate([[outcomes[cell].mean()], _resampled(outcomes[cell], counts, rng)])
        for cell in CELLS
    }
    odds = {cell: _logit(share, texts) for cell, share in shares.items()}

    def effect(of: Mapping[Cell, FloatArray], *signed: tuple[int, Cell]) -> Estimate:
        values = np.sum([sign * of[cell] for sign, cell in signed], axis=0)
        low, high = np.quantile(values[1:], [(1 - level) / 2, (1 + level) / 2])
        return Estimate(value=float(values[0]), low=float(low), high=float(high))

    both = tuple((1 if first == second else -1, (first, second)) for first, second in CELLS)
    return TwoByTwo(
        cells={cell: effect(shares, (1, cell)) for cell in CELLS},
        first=_pair(lambda second: effect(shares, (1, (True, second)), (-1, (False, second)))),
        second=_pair(lambda first: effect(shares, (1, (first, True)), (-1, (first, False)))),
        interaction=effect(shares, *both),
        interaction_in_odds=effect(odds, *both),
        texts=texts,
        seeds={cell: len(outcomes[cell]) for cell in CELLS},
    )


def _require_cells(outcomes: Mapping[Cell, BoolArray]) -> None:
    shapes = {cell: np.shape(outcomes.get(cell, ())) for cell in CELLS}
    if any(len(shape) != 2 or 0 in shape for shape in shapes.values()):
        raise ValueError(f"each of the four cells needs outcomes of shape (seeds, texts), got {shapes}")
    if len({texts for _, texts in shapes.values()}) > 1:
        raise ValueError(f"the four cells must have been attacked on the same texts, got {shapes}")


def _resampled(outcomes_KN: BoolArray, counts_SN: IntArray, rng: Generator) -> FloatArray:
    """Returns the share of a cell in each draw of texts and seeds, shape S."""
    seeds, texts = outcomes_KN.shape
    shares_KS = outcomes_KN @ counts_SN.T / texts
    chosen_KS = rng.integers(seeds, size=shares_KS.shape)
    result: FloatArray = np.take_along_axis(shares_KS, chosen_KS, axis=0).mean(axis=0)
    return result


def _logit(share: FloatArray, texts: int) -> FloatArray:
    """Returns the empirical logit, which half a text on either side keeps finite."""
    logit: FloatArray = np.log((share * texts + 0.5) / ((1 - share) * texts + 0.5))
    return logit


def _pair(effect: Callable[[bool], Estimate]) -> tuple[Estimate, Estimate]:
    return effect(False), effect(True)
