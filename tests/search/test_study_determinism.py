"""What is proposed depends on the seed and the record alone: not on the executor, and not on where a run ended."""

import shutil
from collections.abc import Callable
from typing import Any

import pytest

from rosearch.executors.executor import Executor
from rosearch.search.results import Results
from rosearch.search.study import Study
from rosearch.store.journal import Journal
from rosearch.testing.instant_study import InstantWorkbench, ShuffledExecutor


def plain(results: Results) -> list[Any]:
    return [(trial.index, trial.proposal, trial.metrics, trial.error) for trial in results.trials]


def final_keys(results: Results) -> list[tuple[str, int]]:
    return sorted((item.name, item.repeat) for item in results.finals)


pytestmark = pytest.mark.usefixtures("bench")


def test_a_proposal_sees_its_window_and_knows_what_is_pending(make: Callable[..., Study]) -> None:
    trials = make(trials=20).run().trials
    assert [trial.proposal.seen for trial in trials] == [max(0, index - 3 + 1) for index in range(20)]
    assert all(parent <= trial.index - 3 for trial in trials for parent in trial.proposal.parents)
    assert len({trial.architecture.architecture_id for trial in trials}) == 20


@pytest.mark.parametrize("seed", range(4))
def test_the_executor_changes_nothing(make: Callable[..., Study], seed: int) -> None:
    serial = make("serial", trials=24).run()
    shuffled = make("shuffled", trials=24, executor=ShuffledExecutor(seed=seed, workers=3 + 1)).run()
    assert plain(shuffled) == plain(serial)
    assert final_keys(shuffled) == final_keys(serial)
    order = [entry.data["proposal"]["index"] for entry in make("shuffled").directory.entries if entry.kind == "trial"]
    assert order != sorted(order)


@pytest.mark.parametrize("executor", [None, ShuffledExecutor(workers=3)])
def test_an_end_after_any_record_changes_nothing(
    make: Callable[..., Study], executor: Executor | None, bench: InstantWorkbench
) -> None:
    whole = make("whole", trials=8, executor=executor).run()
    evaluated = sorted(bench.evaluated)
    bench.evaluated.clear()
    study = make("parts", trials=8, executor=executor)
    for _ in range(60):
        before = len(bench.evaluated)
        study.run(stop=lambda limit=before + 1: len(bench.evaluated) >= limit)
        if study.finished:
            break
    assert study.finished
    assert plain(study.results) == plain(whole)
    assert final_keys(study.results) == final_keys(whole)
    assert sorted(bench.evaluated) == evaluated


def test_trials_missing_in_the_middle_are_made_up_for(make: Callable[..., Study]) -> None:
    study = make("whole", trials=12, executor=ShuffledExecutor(workers=3))
    whole = study.run()
    holes = make("holes", trials=12)
    shutil.copytree(study.directory.path, holes.directory.path)
    holes.directory.journal_path.unlink()
    with Journal.open(holes.directory.journal_path) as journal:
        for entry in study.directory.entries:
            if entry.kind in ("extent", "teacher", "task", "reference"):
                journal.append(entry.kind, entry.data)
            if entry.kind == "trial" and entry.data["proposal"]["index"] in (0, 1, 2, 3, 5):
                journal.append(entry.kind, entry.data)
    assert plain(holes.run()) == plain(whole)
