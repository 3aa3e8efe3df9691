"""Statistics of the searched models: which features of an architecture go with robustness, beyond mere size."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, final

import numpy as np
from numpy.random import Generator

from rosearch.analysis.frame import SIZE, Frame, frame_of
from rosearch.analysis.significance import benjamini_hochberg, partial_spearman, spearman, spearman_intervals
from rosearch.core.protocols import FloatArray
from rosearch.core.rng import SeedTree
from rosearch.store.records import Trial

FEWEST = 8
"""Fewer trials than this tell nothing."""

FALSE_DISCOVERY_RATE = 0.05


@final
@dataclass(frozen=True, kw_only=True)
class Association:
    """How one feature goes with one outcome.

    Args:
        feature: A declared feature of the architecture.
        outcome: A metric.
        n: Trials.
        rho: Spearman's correlation.
        interval: Its bootstrap interval at 95 %.
        partial_rho: The rank correlation given log(parameters); None for size itself, and where size tells all of it.
        p: Of ``partial_rho``; for size itself of ``rho``; 1 where size tells all of the feature.
        q: ``p`` corrected by Benjamini and Hochberg for all features and outcomes asked about in this sample.
    """

    feature: str
    outcome: str
    n: int
    rho: float
    interval: tuple[float, float]
    partial_rho: float | None
    p: float
    q: float

    @property
    def found(self) -> bool:
        """Whether the association stands up to the number of questions asked."""
        return self.q <= FALSE_DISCOVERY_RATE


@final
@dataclass(frozen=True, kw_only=True)
class SampleStatistics:
    """The statistics of one set of trials.

    Args:
        sample: ``"random"``, the trials drawn without a look at results, or ``"all"``.
        n: Trials used.
        failed: Trials left out as they failed.
        infeasible: Trials left out as they miss the hard constraints: a degenerate student's robustness is none.
        rows: One for each feature and outcome, the smallest q first; empty where the trials are too few.
        constant: Features and outcomes left out as they are the same in all trials.
        conclusion: What this says, in a sentence.
    """

    sample: Literal["random", "all"]
    n: int
    failed: int
    infeasible: int
    rows: tuple[Association, ...]
    constant: tuple[str, ...]
    conclusion: str


@final
@dataclass(frozen=True, kw_only=True)
class ArchitectureStatistics:
    """The statistics of a study.

    Args:
        random: Over the random sample: the one to believe.
        all: Over all trials; children share parents, so its intervals and probabilities are too narrow.
    """

    random: SampleStatistics
    all: SampleStatistics

    def to_record(self) -> dict[str, Any]:
        """Returns plain data."""
        return asdict(self)


def architecture_statistics(
    trials: Sequence[Trial],
    *,
    seed: int,
    outcomes: Sequence[str] = ("robustness", "robust_accuracy"),
    samples: int = 2000,
    include_infeasible: bool = False,
) -> ArchitectureStatistics:
    """Relates the declared features of architectures to what was measured of them.

    Args:
        trials: Of one study, with one scheme, task and teacher; failed ones are counted and left out.
        seed: Of the bootstrap.
        outcomes: Metrics to explain.
        samples: Draws of the bootstrap.
        include_infeasible: Whether trials that miss the hard constraints count too.

    Returns:
        The random sample first, then all.

    Raises:
        ValueError: If some were attacked with other shortcuts than others: such figures do not compare.
    """
    if len(settings := {trial.shortcuts for trial in trials if trial.status == "done"}) > 1:
        raise ValueError(f"these trials were attacked with different shortcuts, and do not compare: {settings}")
    drawn = [trial for trial in trials if trial.proposal.operator == "random"]
    seeds = SeedTree(seed).child("architecture_statistics")

    def of(sample: Literal["random", "all"], chosen: Sequence[Trial]) -> SampleStatistics:
        done = [trial for trial in chosen if trial.status == "done"]
        used = [trial for trial in done if include_infeasible or trial.feasible]
        return _statistics(
            SampleStatistics(
                sample=sample,
                n=len(used),
                failed=len(chosen) - len(done),
                infeasible=len(done) - len(used),
                rows=(),
                constant=(),
                conclusion=f"too few trials: {len(used)}, and fewer than {FEWEST} tell nothing",
            ),
            frame_of(used, outcomes=outcomes),
            seeds=seeds.child(sample),
            samples=samples,
        )

    return ArchitectureStatistics(random=of("random", drawn), all=of("all", trials))


def _statistics(empty: SampleStatistics, frame: Frame, *, seeds: SeedTree, samples: int) -> SampleStatistics:
    if frame.rows < FEWEST:
        return empty
    columns = {**frame.features, **frame.outcomes}
    constant = tuple(name for name, column in columns.items() if np.ptp(column) == 0)
    rows = _associations(
        replace(
            frame,
            features={name: column for name, column in frame.features.items() if name not in constant},
            outcomes={name: column for name, column in frame.outcomes.items() if name not in constant},
        ),
        size=frame.features[SIZE],
        rng=seeds.generator(),
        samples=samples,
    )
    return replace(empty, rows=rows, constant=constant, conclusion=_conclusion(rows))


def _associations(frame: Frame, *, size: FloatArray, rng: Generator, samples: int) -> tuple[Association, ...]:
    if not frame.features or not frame.outcomes:
        return ()
    pairs = [(feature, outcome) for feature in frame.features for outcome in frame.outcomes]
    intervals = spearman_intervals(
        np.stack(list(frame.features.values())), np.stack(list(frame.outcomes.values())), rng=rng, samples=samples
    ).reshape(len(pairs), 2)
    rows = [
        _association(frame, feature, outcome, interval=(float(low), float(high)), size=size)
        for (feature, outcome), (low, high) in zip(pairs, intervals, strict=True)
    ]
    q = benjamini_hochberg(np.array([row.p for row in rows]))
    corrected = [replace(row, q=float(value)) for row, value in zip(rows, q, strict=True)]
    return tuple(sorted(corrected, key=lambda row: (row.q, row.p, row.feature, row.outcome)))


def _association(
    frame: Frame, feature: str, outcome: str, *, interval: tuple[float, float], size: FloatArray
) -> Association:
    x, y = frame.features[feature], frame.outcomes[outcome]
    plain = spearman(x, y)
    partial = None if feature == SIZE else partial_spearman(x, y, given=size)
    beyond_size = partial.p if partial else 1.0
    return Association(
        feature=feature,
        outcome=outcome,
        n=frame.rows,
        rho=plain.rho,
        interval=interval,
        partial_rho=partial.rho if partial else None,
        p=plain.p if feature == SIZE else beyond_size,
        q=1.0,
    )


def _conclusion(rows: Sequence[Association]) -> str:
    found = [row for row in rows if row.found]
    if not found:
        return f"nothing found: no feature has q <= {FALSE_DISCOVERY_RATE}"
    return "found: " + "; ".join(f"{row.feature} with {row.outcome} ({_effect(row)}, q {row.q:.2g})" for row in found)


def _effect(row: Association) -> str:
    if row.partial_rho is None:
        return f"rho {row.rho:+.2f}"
    return f"{row.partial_rho:+.2f} given size"
