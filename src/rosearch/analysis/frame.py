"""Trials as columns of numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from rosearch.analysis.features import architecture_features
from rosearch.core.protocols import FloatArray
from rosearch.store.records import Trial

SIZE = "log_parameters"
"""The covariate: the natural logarithm of the number of parameters."""


@final
@dataclass(frozen=True, kw_only=True)
class Frame:
    """Trials as columns.

    Args:
        features: By name, shape ``(n,)``: what is declared of each architecture, and ``log_parameters``.
        outcomes: By name, shape ``(n,)``: what was measured.
        rows: n, the number of trials.
    """

    features: Mapping[str, FloatArray]
    outcomes: Mapping[str, FloatArray]
    rows: int


def frame_of(trials: Sequence[Trial], *, outcomes: Sequence[str]) -> Frame:
    """Gathers features and outcomes of trials.

    Args:
        trials: Finished ones.
        outcomes: The metrics to gather.

    Returns:
        One row for each trial, in order.

    Raises:
        KeyError: If a trial lacks an outcome or ``parameters``.
    """
    described = [architecture_features(trial.architecture) for trial in trials]
    features = {name: _column(row[name] for row in described) for name in (described[0] if described else ())}
    features[SIZE] = np.log(_column(trial.metric("parameters") for trial in trials))
    measured = {name: _column(trial.metric(name) for trial in trials) for name in outcomes}
    return Frame(features=features, outcomes=measured, rows=len(trials))


def _column(values: Iterable[float]) -> FloatArray:
    return np.fromiter(values, dtype=np.float64)
