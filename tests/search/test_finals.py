import numpy as np

from rosearch.fitness.environmental import EnvironmentalFitness
from rosearch.search.finals import by_worth, choose_finalists
from rosearch.space.space import DagSpace
from rosearch.store.records import Proposal, Trial


def trial(index: int, *, robustness: float, violation: float = 0.0) -> Trial:
    architecture = DagSpace.preset("tiny").sample(rng=np.random.default_rng(index))
    metrics = {"robustness": robustness, "balanced_accuracy": 0.8, "parameters": 1e6}
    proposal = Proposal(index=index, architecture=architecture, operator="random")
    return Trial(proposal=proposal, metrics=metrics, violation=violation)


TRIALS = (
    trial(0, robustness=0.3),
    trial(1, robustness=0.5),
    trial(2, robustness=0.4),
    trial(3, robustness=0.9, violation=0.1),
)


def indices(trials: tuple[Trial, ...]) -> list[int]:
    return [item.index for item in trials]


def test_the_fittest_members_of_the_front_come_first() -> None:
    assert indices(by_worth(TRIALS[:3], EnvironmentalFitness())) == [1, 2, 0]
    assert indices(choose_finalists(TRIALS[:3], EnvironmentalFitness(), count=2)) == [1, 2]


def test_a_small_front_is_filled_up_with_feasible_trials_only() -> None:
    chosen = choose_finalists(TRIALS[1:2], EnvironmentalFitness(), count=4, trials=TRIALS)
    assert indices(chosen) == [1, 2, 0]


def test_members_of_the_front_come_before_fitter_others() -> None:
    assert indices(choose_finalists(TRIALS[:1], EnvironmentalFitness(), count=2, trials=TRIALS)) == [0, 1]
