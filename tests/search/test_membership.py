import dataclasses

import numpy as np
import pytest

from rosearch.search.membership import RESISTANCE, front_membership
from rosearch.search.strategy import DEFAULT_OBJECTIVES
from rosearch.space.space import DagSpace
from rosearch.store.records import Proposal, Trial


def trial(index: int, resistance: list[float], *, accuracy: float = 0.8, parameters: float = 1e6) -> Trial:
    architecture = DagSpace.preset("tiny").sample(rng=np.random.default_rng(index))
    metrics = {
        "robustness": float(np.mean(resistance)),
        "balanced_accuracy": accuracy,
        "parameters": parameters,
    }
    proposal = Proposal(index=index, architecture=architecture, operator="random")
    return Trial(proposal=proposal, metrics=metrics, details={RESISTANCE: resistance})


def test_a_trial_that_is_better_on_every_text_is_always_on_the_front() -> None:
    trials = [trial(0, [0.9, 0.8, 1.0, 0.7]), trial(1, [0.5, 0.4, 0.6, 0.3])]
    assert front_membership(trials, DEFAULT_OBJECTIVES, seed=0) == {0: 1.0, 1: 0.0}


def test_a_lead_of_one_text_in_many_is_no_certainty() -> None:
    even = [1.0, 0.0] * 50
    ahead = [0.0, 1.0] * 50
    ahead[0] = 1.0
    shares = front_membership([trial(0, even), trial(1, ahead)], DEFAULT_OBJECTIVES, seed=0, samples=2000)
    assert 0.3 < shares[0] < 0.6
    assert 0.4 < shares[1] < 0.7


def test_size_and_accuracy_keep_a_trial_on_the_front() -> None:
    trials = [trial(0, [0.9] * 4), trial(1, [0.1] * 4, parameters=1e5), trial(2, [0.1] * 4, accuracy=0.9)]
    assert front_membership(trials, DEFAULT_OBJECTIVES, seed=0) == {0: 1.0, 1: 1.0, 2: 1.0}


def test_same_seed_same_shares_and_infeasible_trials_do_not_count() -> None:
    rng = np.random.default_rng(0)
    trials = [trial(index, rng.random(30).tolist()) for index in range(6)]
    trials.append(dataclasses.replace(trial(6, [1.0] * 30), violation=0.1))
    shares = front_membership(trials, DEFAULT_OBJECTIVES, seed=3)
    assert shares == front_membership(trials, DEFAULT_OBJECTIVES, seed=3)
    assert set(shares) == set(range(6))
    assert sum(shares.values()) == pytest.approx(1, abs=0.01)


def test_attacked_texts_count_for_those_that_shortcuts_left_out() -> None:
    whole = trial(0, [1.0] * 10 + [0.0] * 10)
    # Half of the texts that it resists were attacked, and all of the others: by texts it would seem the weaker one.
    part = trial(1, [1.0] * 5 + [0.0] * 10)
    resistance = [1.0] * 5 + [None] * 5 + [0.0] * 10
    details = {RESISTANCE: resistance, "weights": [2.0] * 5 + [0.0] * 5 + [1.0] * 10}
    shares = front_membership(
        [whole, dataclasses.replace(part, details=details)], DEFAULT_OBJECTIVES, seed=0, samples=2000
    )
    assert shares[0] == pytest.approx(shares[1], abs=0.15)
