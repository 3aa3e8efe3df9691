"""How far a study goes: finished, grown, cut short, used up."""

from collections.abc import Callable
from typing import Any

import pytest

from rosearch.core.events import Event, Notice
from rosearch.search.results import Results
from rosearch.search.study import Study
from rosearch.space.space import DagSpace
from rosearch.testing.instant_study import InstantWorkbench


def plain(results: Results) -> list[Any]:
    return [(trial.index, trial.proposal, trial.metrics, trial.error) for trial in results.trials]


def final_keys(results: Results) -> list[tuple[str, int]]:
    return sorted((item.name, item.repeat) for item in results.finals)


def notices(events: list[Event]) -> str:
    return "\n".join(event.text for event in events if isinstance(event, Notice))


def test_a_finished_study_is_left_as_it_is(make: Callable[..., Study], bench: InstantWorkbench) -> None:
    first = make().run()
    journal, evaluated = make().directory.journal_path.read_bytes(), len(bench.evaluated)
    events: list[Event] = []
    assert plain(make().run(listener=events.append)) == plain(first)
    assert "everything was done before; nothing has changed" in notices(events)
    assert make().directory.journal_path.read_bytes() == journal
    assert len(bench.evaluated) == evaluated


def test_more_trials_go_on_as_if_asked_for_at_first(make: Callable[..., Study], bench: InstantWorkbench) -> None:
    at_once = make("at once", trials=14).run()
    make(trials=6).run()
    grown = make(trials=14).run()
    assert plain(grown) == plain(at_once)
    assert set(final_keys(at_once)) <= set(final_keys(grown))
    begun = [key for key in bench.evaluated if key[0] == "search"]
    assert len(begun) == 2 * (1 + 14)
    assert Study.open(make().directory.path).finished
    assert Study.open(make().directory.path).configuration.search.trials == 14


def test_a_grown_search_that_was_stopped_is_not_finished(make: Callable[..., Study], bench: InstantWorkbench) -> None:
    make(trials=6).run()
    limit = len(bench.evaluated) + 2
    make(trials=14).run(stop=lambda: len(bench.evaluated) >= limit)
    study = Study.open(make().directory.path)
    assert (len(study.trials), study.finished, study.configuration.search.trials) == (8, False, 14)


@pytest.mark.usefixtures("bench")
def test_asking_for_less_changes_nothing(make: Callable[..., Study]) -> None:
    make(trials=6, finalists=2).run()
    journal = make().directory.journal_path.read_bytes()
    make(trials=5, finalists=1).run()
    assert make().directory.journal_path.read_bytes() == journal


@pytest.mark.usefixtures("bench")
def test_another_best_finalist_gets_baselines_of_its_size(make: Callable[..., Study]) -> None:
    for trials in range(2, 20, 4):
        results = make(trials=trials, finalists=1).run()
    sizes = {
        group[0].architecture
        for group in results.final_groups
        if group[0].name.startswith("Transformer") and "not" not in group[0].name
    }
    assert len(sizes) > 1
    assert all(len(group) == 2 for group in results.final_groups if group[0].architecture is not None)
    folders = {path.name for path in (make().directory.path / "baselines").glob("transformer-*")}
    assert len(folders) <= 2 * len(sizes)


@pytest.mark.usefixtures("bench")
def test_run_takes_a_number_of_trials(make: Callable[..., Study]) -> None:
    assert len(make(trials=10).run(trials=4).trials) == 4
    assert not make(trials=10).finished
    assert len(make(trials=10).run().trials) == 10


def test_a_used_up_space_ends_the_search_with_a_notice(make: Callable[..., Study], bench: InstantWorkbench) -> None:
    space = DagSpace.preset(
        "tiny",
        ranks=(8,),
        trained=(True,),
        widths=(16,),
        poolings=("mean", "max"),
        sharing=(False,),
        operations=("token_mixing",),
        combines=("sum",),
        max_positions=1,
        max_types=1,
        max_nodes=1,
    )
    events: list[Event] = []
    results = make(trials=50, space=space).run(listener=events.append)
    assert len(results.trials) == 2
    assert "The space is used up" in notices(events)
    assert len(results.finals) == 2 + 3 * 2 + 2 * min(2, len(results.front))
    evaluated = len(bench.evaluated)
    make(trials=50, space=space).run(listener=events.append)
    assert len(bench.evaluated) == evaluated
    assert "everything was done before" in notices(events)


def test_without_a_feasible_trial_there_is_no_finalist(make: Callable[..., Study], bench: InstantWorkbench) -> None:
    bench.bag["balanced_accuracy"] = 1.0
    events: list[Event] = []
    results = make(trials=4).run(listener=events.append)
    assert (results.front, results.finals) == ((), ())
    assert "No trial is at least as accurate as the bag of embeddings" in notices(events)
    assert make(trials=4).finished


@pytest.mark.usefixtures("bench")
def test_no_finalists_can_be_asked_for(make: Callable[..., Study]) -> None:
    events: list[Event] = []
    assert make(trials=4, finalists=0).run(listener=events.append).finals == ()
    assert make(trials=4, finalists=0).finished
    assert notices(events) == ""
