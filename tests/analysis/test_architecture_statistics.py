import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from rosearch.analysis.architecture_statistics import ArchitectureStatistics, architecture_statistics
from rosearch.analysis.features import architecture_features
from rosearch.core.protocols import FloatArray
from rosearch.search.random_search import RandomSearch
from rosearch.space.space import DagSpace
from rosearch.store.records import Proposal, Trial
from rosearch.testing.instant_fitness import instant_search


@cache
def sample(count: int, seed: int = 0) -> tuple[Trial, ...]:
    return instant_search(RandomSearch(), DagSpace(), trials=count, seed=seed)


def measured(trials: Sequence[Trial], outcome: FloatArray) -> list[Trial]:
    return [
        Trial(
            proposal=trial.proposal,
            metrics={
                "robustness": value,
                "robust_accuracy": value**3,
                "parameters": trial.metrics["parameters"],
            },
        )
        for trial, value in zip(trials, outcome, strict=True)
    ]


def feature(trials: Sequence[Trial], name: str) -> FloatArray:
    return np.array([architecture_features(trial.architecture)[name] for trial in trials])


def log_size(trials: Sequence[Trial]) -> FloatArray:
    return np.log([trial.metrics["parameters"] for trial in trials])


def statistics(trials: Sequence[Trial], **settings: object) -> ArchitectureStatistics:
    return architecture_statistics(trials, seed=0, samples=50, **settings)  # type: ignore[arg-type]


def test_a_planted_effect_is_found() -> None:
    trials = sample(80)
    noise = np.random.default_rng(0).normal(size=80)
    planted = measured(trials, 0.5 + 0.05 * (feature(trials, "count_convolution") - noise))
    for found in (statistics(planted).random, statistics(planted).all):
        first = found.rows[0]
        assert (first.feature, first.n, first.found) == ("count_convolution", 80, True)
        assert first.partial_rho is not None
        assert first.partial_rho > 0.5
        assert first.interval[0] < first.rho < first.interval[1]
        assert found.conclusion.startswith("found: count_convolution with ")


@pytest.mark.parametrize("count", [8, 24])
def test_noise_gives_nothing_in_most_studies(count: int) -> None:
    nothing = 0
    for seed in range(100):
        noise = np.random.default_rng(seed).uniform(size=count)
        trials = measured(sample(count, seed % 6), noise)
        found = architecture_statistics(trials, seed=seed, samples=1, outcomes=("robustness",)).random
        nothing += found.conclusion == "nothing found: no feature has q <= 0.05"
    assert nothing >= 90


def test_an_effect_of_mere_size_is_none_of_the_features() -> None:
    trials = sample(80)
    noise = np.random.default_rng(1).normal(size=80)
    rows = statistics(measured(trials, 5 + log_size(trials) + 0.1 * noise)).random.rows
    by_name = {row.feature: row for row in rows if row.outcome == "robustness"}
    assert by_name["input_rank"].rho > 0.4
    assert {row.feature for row in rows if row.found} == {"log_parameters"}
    assert by_name["log_parameters"].partial_rho is None


def test_the_random_sample_stands_alone() -> None:
    trials = list(sample(20))
    noise = np.random.default_rng(2).uniform(size=20)
    bred = [
        Trial(
            proposal=Proposal(index=t.index, architecture=t.architecture, operator="add_input", parents=(0,)),
            metrics=t.metrics,
        )
        for t in measured(trials[12:], noise[12:])
    ]
    found = statistics([*measured(trials[:12], noise[:12]), *bred])
    assert (found.random.n, found.all.n) == (12, 20)


def test_too_few_trials_say_so() -> None:
    found = statistics(sample(7)).random
    assert (found.n, found.rows) == (7, ())
    assert found.conclusion == "too few trials: 7, and fewer than 8 tell nothing"
    assert statistics([]).all.n == 0


def test_failed_and_infeasible_trials_are_counted_and_left_out() -> None:
    trials = list(sample(12))
    trials[0] = Trial(proposal=trials[0].proposal, status="failed", error="lost")
    trials[1] = Trial(proposal=trials[1].proposal, metrics=trials[1].metrics, violation=0.2)
    found = statistics(trials).random
    assert (found.n, found.failed, found.infeasible) == (10, 1, 1)
    assert statistics(trials, include_infeasible=True).random.n == 11


def test_constant_columns_are_left_out_by_name() -> None:
    trials = measured(sample(12), np.full(12, 0.5))
    found = statistics(trials).random
    assert {"robustness", "robust_accuracy"} <= set(found.constant)
    assert found.rows == ()
    assert found.conclusion.startswith("nothing found")

    narrow = instant_search(RandomSearch(), DagSpace(widths=(64,), max_positions=1), trials=12, seed=0)
    found = statistics(narrow).random
    assert {"width", "positions", "shared"} <= set(found.constant)
    assert not {row.feature for row in found.rows} & set(found.constant)


def test_the_outcomes_are_the_callers() -> None:
    found = statistics(sample(12), outcomes=("accuracy",)).random
    assert {row.outcome for row in found.rows} == {"accuracy"}


def test_equal_seeds_give_equal_reports_that_are_plain_data() -> None:
    first, second = statistics(sample(12)), statistics(sample(12))
    assert first == second
    assert json.loads(json.dumps(first.to_record()))["random"]["n"] == 12


def test_trials_attacked_with_different_shortcuts_do_not_compare() -> None:
    trials = measured(sample(20), np.linspace(0.1, 0.9, 20))
    raced = [replace(trial, details={"shortcuts": {"racing": {}}}) for trial in trials]
    assert statistics(raced).all.n == 20
    with pytest.raises(ValueError, match="different shortcuts"):
        statistics([*trials[:10], *raced[10:]])
