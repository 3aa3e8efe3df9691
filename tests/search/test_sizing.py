"""Which size a time is enough for."""

from dataclasses import replace

from test_estimate import REHEARSED

from rosearch.search.configuration import Configuration, SearchSettings
from rosearch.search.estimate import TextCounts
from rosearch.search.sizing import FEWEST_TRIALS, MOST_TRIALS, SIZES, Plan, Size, plan

TEXTS = TextCounts(train=8_000, dev=1_000, test=1_000)


def configuration(size: Size, trials: int) -> Configuration:
    search = SearchSettings(trials=trials, finalists=size.finalists, repeats=size.repeats)
    base = Configuration(search=search)
    examples = {"dev_examples": size.dev_examples, "test_examples": size.test_examples, "share": size.share}
    return replace(base, fitness=replace(base.fitness, **examples))


def planned(hours: float) -> Plan:
    return plan(configuration, TEXTS, REHEARSED, hours=hours, cores=1)


def test_more_time_never_means_less() -> None:
    plans = [planned(hours) for hours in (0.01, 1, 5, 20, 60, 200, 2000)]
    places = [SIZES.index(each.size) for each in plans]
    assert places == sorted(places, reverse=True)
    assert places[0] == len(SIZES) - 1
    assert places[-1] == 0


def test_what_is_planned_fits_where_anything_fits() -> None:
    assert planned(0.01).trials == FEWEST_TRIALS
    assert planned(0.01).estimate.seconds > 36
    for hours in (20, 60, 200):
        each = planned(hours)
        assert FEWEST_TRIALS <= each.trials <= MOST_TRIALS
        assert each.estimate.seconds <= 3600 * hours * 1.001


def test_a_cap_on_texts_that_are_fewer_changes_nothing() -> None:
    small = replace(SIZES[0], max_train=20_000)
    alone = plan(configuration, TEXTS, REHEARSED, hours=100, cores=1, sizes=[small])
    assert alone.estimate.seconds == plan(configuration, TEXTS, REHEARSED, hours=100, cores=1).estimate.seconds
