"""Assignments laid over a search's tables: another kind leaves behind what only the old one had a key for."""

import pytest

from rosearch.core.errors import ConfigError
from rosearch.search.configuration import Configuration, override_tables

TABLES = {
    "strategy": {"kind": "evolution", "population": 4},
    "fitness": {"scheme": {"kind": "plain", "soft_labels": 0.5, "schedule": {"epochs": 2}}},
    "search": {"trials": 3},
}


def test_keys_of_the_old_kind_go_and_shared_ones_stay() -> None:
    result = override_tables(TABLES, ["strategy.kind=random_search", "fitness.scheme.kind=hard_labels"])
    assert result["strategy"] == {"kind": "random_search"}
    assert result["fitness"]["scheme"] == {"kind": "hard_labels", "schedule": {"epochs": 2}}
    assert TABLES["strategy"] == {"kind": "evolution", "population": 4}
    assert Configuration.from_tables(result, where="here").fitness.scheme.schedule.epochs == 2


def test_the_same_kind_keeps_everything() -> None:
    assert override_tables(TABLES, ["strategy.kind=evolution", "search.trials=5"])["strategy"]["population"] == 4


def test_what_is_assigned_is_judged_and_never_dropped() -> None:
    result = override_tables(TABLES, ["strategy.kind=random_search", "strategy.population=5"])
    with pytest.raises(ConfigError, match="unknown key 'population'"):
        Configuration.from_tables(result, where="here")


def test_an_unknown_kind_is_left_for_the_error_that_names_it() -> None:
    result = override_tables(TABLES, ["strategy.kind=evolutoin"])
    assert result["strategy"]["population"] == 4
    with pytest.raises(ConfigError, match="Did you mean 'evolution'"):
        Configuration.from_tables(result, where="here")
