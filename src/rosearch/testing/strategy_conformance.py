"""What every strategy promises, as tests: subclass, and give the strategy as a fixture."""
# ruff: noqa: S101

from dataclasses import replace

import pytest

from rosearch.core.rng import SeedTree
from rosearch.search.strategy import History, Strategy
from rosearch.space.space import DagSpace
from rosearch.store.records import Proposal, Trial
from rosearch.testing.instant_fitness import instant_search, instant_trial

_TRIALS = 24
_SEEDS = range(4)


class StrategyConformance:
    """Tests of the promises of ``Strategy``. A subclass gives a fixture ``strategy``, and may give another ``space``.

    The strategy should leave its opening behind within 24 trials, so that all of it is tested.
    """

    @pytest.fixture
    def space(self) -> DagSpace:
        """Where the strategy looks."""
        return DagSpace()

    def test_equal_seeds_give_equal_proposals(self, strategy: Strategy, space: DagSpace) -> None:
        """Runs a search twice, and once with another seed."""
        first = instant_search(strategy, space, trials=_TRIALS, seed=1)
        assert instant_search(strategy, space, trials=_TRIALS, seed=1) == first
        assert instant_search(strategy, space, trials=_TRIALS, seed=2) != first, "the seed is ignored"

    def test_propose_is_pure(self, strategy: Strategy, space: DagSpace) -> None:
        """Asks for one proposal twice, with others between, and of an equal strategy."""
        configuration = strategy.to_config()
        history = _history(instant_search(strategy, space, trials=_TRIALS, seed=3))
        first = _propose(strategy, history, space, seed=0)
        _propose(strategy, History(), space, seed=1)
        assert _propose(strategy, history, space, seed=0) == first
        assert _propose(type(strategy).from_config(configuration), history, space, seed=0) == first
        assert strategy.to_config() == configuration

    def test_proposals_are_numbered_new_and_in_the_space(self, strategy: Strategy, space: DagSpace) -> None:
        """Looks at each proposal of a few searches."""
        for seed in _SEEDS:
            trials = instant_search(strategy, space, trials=_TRIALS, seed=seed)
            assert [trial.index for trial in trials] == list(range(_TRIALS))
            assert all(space.contains(trial.architecture) for trial in trials), "a proposal lies outside the space"
            ids = {trial.architecture.architecture_id for trial in trials}
            assert len(ids) == _TRIALS, "an architecture was proposed twice"

    def test_pending_architectures_are_not_proposed_again(self, strategy: Strategy, space: DagSpace) -> None:
        """Hides what was proposed, and asks again with the same random numbers."""
        history = _history(instant_search(strategy, space, trials=_TRIALS, seed=4))
        for seed in _SEEDS:
            first = _propose(strategy, history, space, seed=seed)
            later = replace(history, pending=(*history.pending, first.architecture))
            second = _propose(strategy, later, space, seed=seed)
            assert second.architecture.architecture_id != first.architecture.architecture_id
            assert second.index == first.index + 1

    def test_parents_are_trials_that_were_seen(self, strategy: Strategy, space: DagSpace) -> None:
        """Shows the later part of a search only, as a window and an age limit would."""
        trials = instant_search(strategy, space, trials=_TRIALS, seed=5)
        history = History(trials=trials[:-4], pending=tuple(trial.architecture for trial in trials[-4:]))
        seen = {trial.index for trial in history.trials}
        for seed in range(20):
            proposal = _propose(strategy, history, space, seed=seed)
            assert set(proposal.parents) <= seen, "a parent was not visible"
            assert proposal.seen == len(history.trials)
            assert proposal.operator

    def test_an_empty_history_is_enough(self, strategy: Strategy, space: DagSpace) -> None:
        """Asks for the first proposal."""
        proposal = _propose(strategy, History(), space, seed=0)
        assert (proposal.index, proposal.parents, proposal.seen) == (0, (), 0)

    def test_failed_trials_alone_are_enough(self, strategy: Strategy, space: DagSpace) -> None:
        """Lets every trial fail."""
        failed = _remade(strategy, space, status="failed", error="out of memory", metrics={})
        self._assert_new(strategy, failed, space)

    def test_infeasible_trials_alone_are_enough(self, strategy: Strategy, space: DagSpace) -> None:
        """Lets every trial miss the constraints by as much."""
        self._assert_new(strategy, _remade(strategy, space, violation=0.25), space)

    def _assert_new(self, strategy: Strategy, history: History, space: DagSpace) -> None:
        for seed in _SEEDS:
            proposal = _propose(strategy, history, space, seed=seed)
            assert space.contains(proposal.architecture)
            assert proposal.architecture.architecture_id not in history.known


def _history(trials: tuple[Trial, ...]) -> History:
    return History(trials=trials)


def _propose(strategy: Strategy, history: History, space: DagSpace, *, seed: int) -> Proposal:
    return strategy.propose(history, space, rng=SeedTree(seed).child("conformance").generator())


def _remade(strategy: Strategy, space: DagSpace, **changes: object) -> History:
    trials = instant_search(strategy, space, trials=_TRIALS, seed=6)
    return History(trials=tuple(replace(instant_trial(trial.proposal), **changes) for trial in trials))  # type: ignore[arg-type]  # fields of a trial
