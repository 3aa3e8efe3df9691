"""How surely a trial is on the front: the front of a search stands on a few hundred texts, so it is drawn again."""

from collections.abc import Mapping, Sequence

import numpy as np

from rosearch.core.rng import SeedTree
from rosearch.search.pareto import dominates, objective_matrix
from rosearch.store.records import Objective, Trial

RESISTANCE = "resistance"
"""The key in a trial's details: for each attacked text the share of query budgets that it resists."""


def front_membership(
    trials: Sequence[Trial], objectives: Sequence[Objective], *, seed: int, samples: int = 500
) -> Mapping[int, float]:
    """Draws the attacked texts again, the same draw for all trials, and counts how often each is on the front.

    Only robustness is drawn again: balanced accuracy stands on the whole dev split and size on nothing.

    Args:
        trials: Feasible ones count; all must have been attacked on the same texts.
        objectives: What they are compared by; ``"robustness"`` must be among them.
        seed: Of the bootstrap.
        samples: Draws.

    Returns:
        For each feasible trial with recorded resistances its index and a share between 0 and 1.
    """
    known = [trial for trial in trials if trial.feasible and RESISTANCE in trial.details]
    if not known:
        return {}
    points = objective_matrix(known, objectives)
    column = [objective.name for objective in objectives].index("robustness")
    resistance = np.nan_to_num(np.array([trial.details[RESISTANCE] for trial in known], dtype=np.float64))
    # What each attacked text stands for, where shortcuts left others out.
    stand_for = np.array([trial.details.get("weights") or [1.0] * resistance.shape[1] for trial in known])
    rng = SeedTree(seed).child("front membership").generator()
    texts = resistance.shape[1]
    counts = np.zeros(len(known))
    for _ in range(samples):
        drawn = np.bincount(rng.integers(texts, size=texts), minlength=texts)
        points[:, column] = (stand_for * resistance) @ drawn / np.maximum(stand_for @ drawn, 1)
        counts += ~dominates(points).any(axis=0)
    return {trial.index: float(count / samples) for trial, count in zip(known, counts, strict=True)}
