import numpy as np
import pytest

from rosearch.core.errors import RunError
from rosearch.core.rng import SeedTree
from rosearch.search.evolution import Evolution
from rosearch.search.pareto import front, hypervolume, objective_matrix
from rosearch.search.random_search import RandomSearch
from rosearch.search.strategy import DEFAULT_OBJECTIVES, History, Strategy
from rosearch.space.space import DagSpace
from rosearch.store.records import Objective, Trial
from rosearch.testing.instant_fitness import instant_search, instant_trial
from rosearch.testing.strategy_conformance import StrategyConformance

WORST = (0.0, 0.5, -np.log(5e6))
SEEDS = range(16)


class TestEvolution(StrategyConformance):
    @pytest.fixture
    def strategy(self) -> Strategy:
        return Evolution(population=8, tournament=3)


class TestEvolutionInATinySpace(StrategyConformance):
    @pytest.fixture
    def strategy(self) -> Strategy:
        return Evolution(population=4, tournament=4, immigrants=0.0, crossover=1.0)

    @pytest.fixture
    def space(self) -> DagSpace:
        return DagSpace.preset("tiny")


def best_robustness(strategy: Strategy, seed: int) -> float:
    alone = (Objective(name="robustness", direction="max"),)
    trials = instant_search(strategy, DagSpace(), trials=100, seed=seed, objectives=alone)
    return max(trial.robustness for trial in trials)


def dominated_volume(strategy: Strategy, seed: int) -> float:
    trials = instant_search(strategy, DagSpace(), trials=250, seed=seed)
    return hypervolume(objective_matrix(front(trials, DEFAULT_OBJECTIVES), DEFAULT_OBJECTIVES), reference=WORST)


def test_evolution_finds_better_architectures_than_random_search() -> None:
    evolved = [best_robustness(Evolution(population=16), seed) for seed in SEEDS]
    drawn = [best_robustness(RandomSearch(), seed) for seed in SEEDS]
    assert np.mean(evolved) > np.mean(drawn) + 0.03
    assert np.sum(np.greater(evolved, drawn)) >= 12


def test_evolution_finds_better_fronts_than_random_search() -> None:
    evolved = [dominated_volume(Evolution(), seed) for seed in SEEDS]
    drawn = [dominated_volume(RandomSearch(), seed) for seed in SEEDS]
    assert np.mean(evolved) > np.mean(drawn) + 0.03
    assert np.sum(np.greater(evolved, drawn)) >= 12


def test_the_opening_and_a_share_of_the_rest_are_random() -> None:
    strategy = Evolution(population=10, immigrants=0.25)
    trials = instant_search(strategy, DagSpace(), trials=210, seed=0)
    operators = [trial.proposal.operator for trial in trials]
    assert set(operators[:10]) == {"random"}
    assert 0.2 < operators[10:].count("random") / 200 < 0.33
    assert all(
        (operator == "random") == (not trial.proposal.parents)
        for operator, trial in zip(operators, trials, strict=True)
    )
    assert {len(trial.proposal.parents) for trial in trials} == {0, 1, 2}


def test_parents_are_young() -> None:
    trials = instant_search(Evolution(population=6, immigrants=0.0), DagSpace(), trials=60, seed=1, window=1)
    ages = [trial.index - parent for trial in trials for parent in trial.proposal.parents]
    assert max(ages) == 6


def propose_often(trials: list[Trial], strategy: Strategy, **history: object) -> set[int]:
    seen = History(trials=tuple(trials), **history)  # type: ignore[arg-type]
    rngs = (SeedTree(seed).generator() for seed in range(40))
    return {parent for rng in rngs for parent in strategy.propose(seen, DagSpace(), rng=rng).parents}


def opening(count: int) -> list[Trial]:
    return list(instant_search(RandomSearch(), DagSpace(), trials=count, seed=2))


def test_a_failed_trial_has_no_children() -> None:
    trials = opening(8)
    trials[2:7] = [Trial(proposal=trial.proposal, status="failed", error="lost") for trial in trials[2:7]]
    assert propose_often(trials, Evolution(population=8, tournament=1)) == {0, 1, 7}


def test_an_infeasible_trial_loses_against_a_feasible_one() -> None:
    trials = [Trial(proposal=t.proposal, metrics=t.metrics, violation=0.1 * (t.index != 5)) for t in opening(8)]
    strategy = Evolution(population=8, tournament=8, immigrants=0.0, crossover=0.0)
    assert propose_often(trials, strategy) == {5}


def test_a_difference_within_the_noise_does_not_decide() -> None:
    trials = [
        Trial(proposal=trial.proposal, metrics={"robustness": 0.5 + 0.0001 * trial.index}) for trial in opening(6)
    ]
    strategy = Evolution(population=6, tournament=6, immigrants=0.0, crossover=0.0)
    exact = Objective(name="robustness", direction="max")
    coarse = Objective(name="robustness", direction="max", epsilon=0.01)
    assert propose_often(trials, strategy, objectives=(exact,)) == {5}
    # Within a box the ends have the most room.
    assert propose_often(trials, strategy, objectives=(coarse,)) == {0, 5}


def test_a_space_that_is_used_up_is_reported() -> None:
    space = DagSpace.preset(
        "tiny", ranks=(32,), widths=(64,), max_positions=1, max_nodes=1, operations=("token_mixing",), sharing=(False,)
    )
    strategy = Evolution(population=2)
    history = History()
    with pytest.raises(RunError, match="The space is used up"):
        for seed in range(100):
            proposal = strategy.propose(history, space, rng=SeedTree(seed).generator())
            history = History(trials=(*history.trials, instant_trial(proposal)))
    assert len(history.trials) == 2 * 5, "trained or frozen, times five poolings"


@pytest.mark.parametrize("fields", [{"population": 0}, {"tournament": 0}, {"immigrants": 1.5}, {"crossover": -0.1}])
def test_an_impossible_setting_is_refused(fields: dict) -> None:
    with pytest.raises(ValueError, match=next(iter(fields))):
        Evolution(**fields)


def test_the_kind_names_the_strategy() -> None:
    made = Strategy.from_config({"kind": "evolution", "population": 16})
    assert made == Evolution(population=16)
