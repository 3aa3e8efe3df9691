"""Comparing trials in several objectives at once: domination, ranks, crowding, the front, hypervolume."""

from collections.abc import Sequence

import numpy as np

from rosearch.core.protocols import BoolArray, FloatArray, IntArray
from rosearch.store.records import Objective, Trial


def objective_matrix(trials: Sequence[Trial], objectives: Sequence[Objective]) -> FloatArray:
    """Gathers what trials are compared by.

    Args:
        trials: Finished ones.
        objectives: The columns.

    Returns:
        Shape ``(trials, objectives)``, every column to be maximised; natural logarithms where the scale is ``"log"``.

    Raises:
        KeyError: If a trial lacks a metric.
        ValueError: If a metric on a logarithmic scale is not positive.
    """
    columns = [[_figure(trial, objective) for trial in trials] for objective in objectives]
    return np.array(columns, dtype=np.float64).reshape(len(objectives), len(trials)).T


def violations(trials: Sequence[Trial]) -> FloatArray:
    """Returns how far each trial misses the hard constraints, shape ``(trials,)``; 0 is feasible."""
    return np.array([trial.violation for trial in trials], dtype=np.float64)


def dominates(objectives: FloatArray, *, violation: FloatArray | None = None) -> BoolArray:
    """Says which points are better than which, constraints first.

    A feasible point dominates every infeasible one; of two infeasible points the one with the smaller violation
    dominates, and with equal violations the objectives decide, as they do among feasible points.

    Args:
        objectives: Shape ``(n, m)``, every column to be maximised.
        violation: Shape ``(n,)``, not negative, 0 for feasible; None for all feasible.

    Returns:
        Shape ``(n, n)``; ``[i, j]`` where i dominates j.

    Raises:
        ValueError: If an objective is not a number.

    References:
        Deb, Pratap, Agarwal, Meyarivan (2002). A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II. IEEE
        Transactions on Evolutionary Computation 6(2), section VI: constrained domination.

    Differences: the paper leaves open what happens between equally infeasible points.
    """
    if np.isnan(objectives).any():
        raise ValueError("an objective is not a number; compare finished trials only")
    missed = np.zeros(len(objectives)) if violation is None else violation
    left, right = objectives[:, None, :], objectives[None, :, :]
    better = (left >= right).all(axis=2) & (left > right).any(axis=2)
    result: BoolArray = (missed[:, None] < missed[None, :]) | ((missed[:, None] == missed[None, :]) & better)
    return result


def non_dominated_rank(objectives: FloatArray, *, violation: FloatArray | None = None) -> IntArray:
    """Ranks points by repeated removal of those that no other point dominates.

    Args:
        objectives: Shape ``(n, m)``, every column to be maximised.
        violation: Shape ``(n,)``, 0 for feasible; infeasible points come last, by their violation.

    Returns:
        Shape ``(n,)``, 0 for the front.

    References:
        Deb et al. (2002), section III-A.

    Differences: equal points share a rank, so ranks do not depend on the order of the points.
    """
    better = dominates(objectives, violation=violation)
    ranks = np.full(len(objectives), -1, dtype=np.int64)
    rank = 0
    while (ranks < 0).any():
        left = ranks < 0
        # Domination has no cycles, so each round finds somebody.
        ranks[left & ~better[left].any(axis=0)] = rank
        rank += 1
    return ranks


def epsilon_boxes(objectives: FloatArray, epsilons: Sequence[float]) -> FloatArray:
    """Rounds objectives down to boxes, so that differences within a box do not decide.

    Args:
        objectives: Shape ``(n, m)``, every column to be maximised.
        epsilons: The width of a box in each column; 0 leaves a column as it is.

    Returns:
        Shape ``(n, m)``: the lower corner of each point's box, in widths; to be ranked in place of the points.

    References:
        Laumanns, Thiele, Deb, Zitzler (2002). Combining Convergence and Diversity in Evolutionary Multiobjective
        Optimization. Evolutionary Computation 10(3).

    Differences: the paper keeps one point a box; here all points of a box share a rank, and crowding decides.
    """
    widths = np.asarray(epsilons, dtype=np.float64)
    safe = np.where(widths > 0, widths, 1.0)
    return np.where(widths > 0, np.floor(objectives / safe), objectives)


def crowding_distance(objectives: FloatArray, *, ranks: IntArray) -> FloatArray:
    """Measures how much room each point has among the points of its rank.

    Args:
        objectives: Shape ``(n, m)``.
        ranks: Shape ``(n,)``; distances are taken within a rank.

    Returns:
        Shape ``(n,)``; infinite for the ends of a rank, else the sum over objectives of the gap between both
        neighbours as a share of the rank's range.

    References:
        Deb et al. (2002), section III-B.

    Differences: equal points share a distance, ties in one objective are broken by the others, and an objective in
    which all points agree counts nothing; so distances do not depend on the order of the points.
    """
    distance = np.zeros(len(objectives))
    for rank in np.unique(ranks):
        members = np.flatnonzero(ranks == rank)
        distinct, which = np.unique(objectives[members], axis=0, return_inverse=True)
        distance[members] = _crowding(distinct)[which.reshape(-1)]
    return distance


def front(trials: Sequence[Trial], objectives: Sequence[Objective]) -> tuple[Trial, ...]:
    """Picks the feasible trials that no other feasible trial dominates.

    Args:
        trials: Finished and failed ones.
        objectives: What they are compared by; their epsilons are left aside.

    Returns:
        The front, in the order of ``trials``; equal trials are all on it.
    """
    feasible = [trial for trial in trials if trial.feasible]
    ranks = non_dominated_rank(objective_matrix(feasible, objectives))
    return tuple(trial for trial, rank in zip(feasible, ranks, strict=True) if rank == 0)


def hypervolume(objectives: FloatArray, *, reference: Sequence[float]) -> float:
    """Measures the volume between points and a reference that all of it dominates.

    Args:
        objectives: Shape ``(n, m)`` with m of 1 to 3, every column to be maximised.
        reference: The worst value in each column; points that are not better in every column count nothing.

    Returns:
        The exact volume, in the product of the columns' units.

    Raises:
        ValueError: If there are more than three objectives.
    """
    if objectives.shape[1] > 3:
        raise ValueError(f"hypervolume is computed for up to 3 objectives, got {objectives.shape[1]}")
    gains = objectives - np.asarray(reference, dtype=np.float64)
    return _volume(gains[(gains > 0).all(axis=1)])


def _figure(trial: Trial, objective: Objective) -> float:
    value = trial.metric(objective.name)
    if objective.scale == "log":
        if value <= 0:
            raise ValueError(f"trial {trial.index}: {objective.name} is {value}; a logarithm needs more than 0")
        value = float(np.log(value))
    return value if objective.direction == "max" else -value


def _crowding(points: FloatArray) -> FloatArray:
    """Deb's distance for distinct points in lexicographic order, which breaks ties."""
    distance = np.zeros(len(points))
    for column in points.T:
        order = np.argsort(column, kind="stable")
        values = column[order]
        if values[0] == values[-1]:
            continue
        distance[order[[0, -1]]] = np.inf
        distance[order[1:-1]] += (values[2:] - values[:-2]) / (values[-1] - values[0])
    return distance


def _volume(gains: FloatArray) -> float:
    """Sums slices along the last objective; each has the volume of the points above it in one objective less."""
    if len(gains) == 0:
        return 0.0
    if gains.shape[1] == 1:
        return float(gains.max())
    descending = gains[np.argsort(-gains[:, -1], kind="stable")]
    floors = np.append(descending[1:, -1], 0.0)
    thickness = descending[:, -1] - floors
    return sum(
        float(height) * _volume(descending[: count + 1, :-1]) for count, height in enumerate(thickness) if height > 0
    )
