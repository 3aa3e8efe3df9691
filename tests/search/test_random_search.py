import pytest

from rosearch.search.random_search import RandomSearch
from rosearch.search.strategy import Strategy
from rosearch.space.space import DagSpace
from rosearch.testing.instant_fitness import instant_search
from rosearch.testing.strategy_conformance import StrategyConformance


class TestRandomSearch(StrategyConformance):
    @pytest.fixture
    def strategy(self) -> Strategy:
        return RandomSearch()


def test_what_others_found_changes_nothing() -> None:
    wide, narrow = (instant_search(RandomSearch(), DagSpace(), trials=12, seed=0, window=window) for window in (12, 1))
    assert [trial.architecture for trial in wide] == [trial.architecture for trial in narrow]
    assert {trial.proposal.operator for trial in wide} == {"random"}


def test_the_kind_names_the_strategy() -> None:
    assert Strategy.from_config("random_search") == RandomSearch()
