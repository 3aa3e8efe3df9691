"""Rank correlations with intervals, corrected for size and for the number of questions asked."""

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.random import Generator

from rosearch.core.protocols import FloatArray, IntArray

_BLOCK = 250
"""Resamples held in memory at a time."""


@final
@dataclass(frozen=True, kw_only=True)
class Correlation:
    """A coefficient and the probability of one at least as far from 0 where there is no relation.

    Args:
        rho: From -1 to 1.
        p: Two-sided.
    """

    rho: float
    p: float


def spearman(x: FloatArray, y: FloatArray) -> Correlation:
    """Correlates the ranks of two columns; ties share their mean rank.

    Args:
        x: Shape ``(n,)``, not constant.
        y: Shape ``(n,)``, not constant.

    Returns:
        Spearman's rho; p from Student's t with n - 2 degrees of freedom.
    """
    rho = _correlate(_ranks(x), _ranks(y))
    return Correlation(rho=rho, p=_two_sided(rho, freedom=len(x) - 2))


def partial_spearman(x: FloatArray, y: FloatArray, *, given: FloatArray) -> Correlation | None:
    """Correlates what is left of two columns' ranks when a third's are accounted for, linearly in ranks.

    Args:
        x: Shape ``(n,)``.
        y: Shape ``(n,)``.
        given: Shape ``(n,)``.

    Returns:
        The partial rank correlation; p from Student's t with n - 3 degrees of freedom. None where ``given`` leaves
        nothing of a column.
    """
    left, right = (_residual(_ranks(column), _ranks(given)) for column in (x, y))
    scale = len(x) * 1e-9
    if np.abs(left).max() < scale or np.abs(right).max() < scale:
        return None
    rho = _correlate(left, right)
    return Correlation(rho=rho, p=_two_sided(rho, freedom=len(x) - 3))


def spearman_intervals(
    features: FloatArray, outcomes: FloatArray, *, rng: Generator, samples: int = 2000, level: float = 0.95
) -> FloatArray:
    """Bootstraps an interval for Spearman's rho of each feature with each outcome, all from the same draws of rows.

    Args:
        features: Shape ``(k, n)``.
        outcomes: Shape ``(m, n)``.
        rng: Draws.
        samples: Draws of n rows with replacement; those in which a column is constant tell nothing and are left out.
            Where none is left, the interval is all of -1 to 1.
        level: Share of draws between the bounds.

    Returns:
        Shape ``(k, m, 2)``: lower and upper percentile.

    References:
        Efron, Tibshirani (1993). An Introduction to the Bootstrap, chapter 13: the percentile interval.
    """
    n = features.shape[1]
    rhos = np.concatenate(
        [
            _resampled(features, outcomes, rng.multinomial(n, np.full(n, 1 / n), size=min(_BLOCK, samples - start)))
            for start in range(0, samples, _BLOCK)
        ],
        axis=2,
    )
    bounds = [(1 - level) / 2, (1 + level) / 2]
    intervals = [_quantiles(draws[~np.isnan(draws)], bounds) for draws in rhos.reshape(-1, samples)]
    return np.array(intervals).reshape(*rhos.shape[:2], 2)


def benjamini_hochberg(p: FloatArray) -> FloatArray:
    """Turns probabilities into q values: the false discovery rate at which each would just be found.

    Args:
        p: Shape ``(k,)``, one of each question asked.

    Returns:
        Shape ``(k,)``, at least ``p``, at most 1.

    References:
        Benjamini, Hochberg (1995). Controlling the False Discovery Rate. Journal of the Royal Statistical Society B
        57(1). The adjusted values are Yekutieli and Benjamini's (1999).
    """
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return np.minimum(q, 1.0)


def _ranks(values: FloatArray) -> FloatArray:
    """Ranks from 1, ties at their mean."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: FloatArray = (np.cumsum(counts) - (counts - 1) / 2)[group]
    return ranks


def _resampled(features: FloatArray, outcomes: FloatArray, counts: IntArray) -> FloatArray:
    """Correlates columns in resamples, shape ``(k, m, s)``; ``counts`` of shape ``(s, n)`` says how often each row."""
    left = np.stack([_unit_ranks(column, counts) for column in features])
    right = np.stack([_unit_ranks(column, counts) for column in outcomes])
    rhos: FloatArray = np.einsum("ksn,msn->kms", left, right)
    return rhos


def _unit_ranks(column: FloatArray, counts: IntArray) -> FloatArray:
    """Ranks resamples of a column so that a sum of products is a correlation; not a number where it is constant.

    The rank of a value follows from how many rows with a smaller one were drawn, so nothing is sorted again.
    """
    distinct, group = np.unique(column, return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(len(distinct)))
    drawn = np.add.reduceat(counts[:, order], starts, axis=1)
    ranks = np.cumsum(drawn, axis=1) - (drawn - 1) / 2
    weighted = np.sqrt(counts) * (ranks[:, group] - (len(column) + 1) / 2)
    norm = np.sqrt((weighted * weighted).sum(axis=1, keepdims=True))
    unit: FloatArray = np.divide(weighted, norm, out=np.full(weighted.shape, np.nan), where=norm > 0)
    return unit


def _quantiles(draws: FloatArray, bounds: list[float]) -> FloatArray:
    return np.quantile(draws, bounds) if len(draws) else np.array([-1.0, 1.0])


def _correlate(left: FloatArray, right: FloatArray) -> float:
    """Pearson's correlation of two columns that are not constant."""
    a, b = left - left.mean(), right - right.mean()
    return float(np.clip((a @ b) / np.sqrt((a @ a) * (b @ b)), -1.0, 1.0))


def _residual(values: FloatArray, given: FloatArray) -> FloatArray:
    centred, axis = values - values.mean(), given - given.mean()
    norm = float(axis @ axis)
    residual: FloatArray = centred - axis * (float(axis @ centred) / norm) if norm > 0 else centred
    return residual


def _two_sided(rho: float, *, freedom: int) -> float:
    from scipy.special import stdtr

    if freedom < 1:
        return 1.0
    # rho of 1 would divide by zero; its p is then the smallest that the spacing of floats can tell from 0.
    statistic = abs(rho) * np.sqrt(freedom / max(1 - rho * rho, np.finfo(np.float64).eps))
    return float(2 * stdtr(freedom, -statistic))
