"""The kit notices what it is there to notice."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import pytest
from numpy.random import Generator

from rosearch.core.rng import SeedTree
from rosearch.search.random_search import RandomSearch
from rosearch.search.strategy import History, Strategy
from rosearch.space.space import DagSpace
from rosearch.store.records import Proposal
from rosearch.testing.strategy_conformance import StrategyConformance

Fault = Callable[[History, DagSpace, Generator], Proposal]


@dataclass(frozen=True, kw_only=True)
class Faulty(Strategy):
    kind: Literal["faulty"] = "faulty"
    fault: Fault
    asked: list[int] = field(default_factory=list)

    def propose(self, history: History, space: DagSpace, *, rng: Generator) -> Proposal:
        self.asked.append(history.next_index)
        return self.fault(history, space, rng)


def honest(history: History, space: DagSpace, rng: Generator) -> Proposal:
    return RandomSearch().propose(history, space, rng=rng)


def ignores_the_seed(history: History, space: DagSpace, _: Generator) -> Proposal:
    return honest(history, space, SeedTree(0).child(history.next_index).generator())


def repeats(history: History, space: DagSpace, rng: Generator) -> Proposal:
    return replace(honest(history, space, rng), architecture=space.sample(rng=SeedTree(0).generator()))


def forgets_the_pending(history: History, space: DagSpace, rng: Generator) -> Proposal:
    proposal = honest(replace(history, pending=()), space, rng)
    return replace(proposal, index=history.next_index)


def leaves_the_space(history: History, _: DagSpace, rng: Generator) -> Proposal:
    return honest(history, DagSpace(widths=(512,)), rng)


def invents_parents(history: History, space: DagSpace, rng: Generator) -> Proposal:
    return replace(honest(history, space, rng), parents=(history.next_index,))


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        (ignores_the_seed, "test_equal_seeds_give_equal_proposals"),
        (repeats, "test_proposals_are_numbered_new_and_in_the_space"),
        (leaves_the_space, "test_proposals_are_numbered_new_and_in_the_space"),
        (forgets_the_pending, "test_pending_architectures_are_not_proposed_again"),
        (invents_parents, "test_parents_are_trials_that_were_seen"),
    ],
)
def test_a_broken_promise_is_noticed(fault: Fault, check: str) -> None:
    verify = getattr(StrategyConformance(), check)
    verify(Faulty(fault=honest), DagSpace())
    with pytest.raises(AssertionError):
        verify(Faulty(fault=fault), DagSpace())


def test_state_is_noticed() -> None:
    strategy = Faulty(fault=honest)
    strategy = replace(strategy, fault=lambda history, space, _: counting(strategy.asked, history, space))
    with pytest.raises(AssertionError):
        StrategyConformance().test_propose_is_pure(strategy, DagSpace())


def counting(asked: list[int], history: History, space: DagSpace) -> Proposal:
    return honest(history, space, SeedTree(len(asked)).generator())
