"""Whose weights stay: those of the front, or all; what is deleted is said to be."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rosearch.core.files import write_text
from rosearch.core.fingerprint import fingerprint_files
from rosearch.executors.executor import Executor
from rosearch.executors.serial import Serial
from rosearch.fitness.evaluation import Candidate, Evaluation
from rosearch.search.configuration import SearchSettings
from rosearch.search.disk_use import student_room
from rosearch.search.pruning import student_path
from rosearch.search.study import Study
from rosearch.search.verification import verify
from rosearch.space.space import DagSpace
from rosearch.testing.instant_study import InstantWorkbench, ShuffledExecutor
from rosearch.testing.wall_times import without_wall_times


@pytest.fixture(autouse=True)
def writing_bench(bench: InstantWorkbench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the bench write a student, as a real one does."""
    evaluate = InstantWorkbench.evaluate

    def evaluate_and_write(
        self: InstantWorkbench, candidate: Candidate, *rest: object, folder: Path, **more: object
    ) -> Evaluation:
        evaluation = evaluate(self, candidate, *rest, **more)  # type: ignore[arg-type]
        if candidate.architecture is not None:
            write_text(folder / "student" / "weights", candidate.name)
            write_text(folder / "attacks" / "outcomes", "text by text")
            evaluation.details["files"] = fingerprint_files(folder / "student")  # type: ignore[index]
        return evaluation

    monkeypatch.setattr(InstantWorkbench, "evaluate", evaluate_and_write)
    assert bench


def settings(keep: str, executor: Executor | None = None) -> SearchSettings:
    return SearchSettings(trials=12, window=3, finalists=2, repeats=1, keep=keep, executor=executor or Serial())  # type: ignore[arg-type]


def kept(study: Study) -> set[int]:
    return {trial.index for trial in study.trials if (student_path(study.directory, trial) / "weights").exists()}


def front_of(study: Study) -> set[int]:
    return {member.index for member in study.front}


@pytest.mark.parametrize("executor", [Serial(), ShuffledExecutor()], ids=["serial", "shuffled"])
def test_only_the_front_keeps_its_weights_and_all_keep_their_outcomes(make: Callable, executor: Executor) -> None:
    study: Study = make(settings=settings("front", executor))
    study.run()
    assert kept(study) == front_of(study)
    assert study.results.pruned == {trial.index for trial in study.trials} - front_of(study)
    outcomes = [study.directory.trial_path(trial.proposal) / "attacks" / "outcomes" for trial in study.trials]
    assert all(path.exists() for path in outcomes)
    assert all((path / "student" / "weights").exists() for path in (study.directory.path / "finalists").glob("*/*"))
    assert verify(study).faults == ()
    assert verify(study).pruned == len(study.results.pruned) > 0


def test_the_disk_never_holds_more_than_the_front_and_what_is_under_way(make: Callable) -> None:
    study: Study = make(settings=settings("front"))
    held: list[tuple[set[int], set[int]]] = []
    study.run(listener=lambda _: held.append((kept(study), front_of(study))) if study.directory.exists else None)
    assert all(kept <= front for kept, front in held)


def test_all_weights_stay_where_that_is_wanted_and_a_resumed_run_may_change_its_mind(make: Callable) -> None:
    study: Study = make(settings=settings("all"))
    study.run()
    assert kept(study) == set(range(12))
    assert not study.results.pruned
    more: Study = make(settings=SearchSettings(trials=14, window=3, finalists=2, repeats=1, keep="front"))
    more.run()
    assert kept(more) == front_of(more)


def test_what_a_trial_was_worth_does_not_depend_on_it(make: Callable) -> None:
    for keep in ("front", "all"):
        make(keep, settings=settings(keep)).run()
    front, everything = make("front", settings=settings("front")), make("all", settings=settings("all"))
    assert [without_wall_times(trial.to_record()) for trial in front.trials] == [
        without_wall_times(trial.to_record()) for trial in everything.trials
    ]


def test_what_a_kill_kept_from_being_deleted_goes_with_the_next_run(make: Callable) -> None:
    study: Study = make(settings=settings("front"))
    study.run()
    entries = study.directory.entries
    pruned = next(trial for trial in study.trials if trial.index in study.results.pruned)
    write_text(student_path(study.directory, pruned) / "weights", "still there")
    lines = study.directory.journal_path.read_bytes().splitlines(keepends=True)
    study.directory.journal_path.write_bytes(b"".join(lines[:-1]))
    assert entries[-1].kind == "complete"
    study.run()
    assert not student_path(study.directory, pruned).exists()
    assert [entry.kind for entry in study.directory.entries] == [entry.kind for entry in entries]


def test_the_record_is_the_same_wherever_it_was_cut(make: Callable) -> None:
    undisturbed: Study = make("undisturbed", settings=settings("front"))
    undisturbed.run()
    wanted = [(entry.kind, without_wall_times(entry.data)) for entry in undisturbed.directory.entries]
    lines = undisturbed.directory.journal_path.read_bytes().splitlines(keepends=True)
    assert {"pruned"} < {kind for kind, _ in wanted}
    study: Study = make("cut", settings=settings("front"))
    study.run()
    for end in range(3, len(lines)):
        study.directory.journal_path.write_bytes(b"".join(lines[:end]))
        study.run()
        assert [(entry.kind, without_wall_times(entry.data)) for entry in study.directory.entries] == wanted
        assert kept(study) == front_of(study)


def test_a_missing_weight_that_nobody_pruned_is_a_fault(make: Callable) -> None:
    study: Study = make(settings=settings("front"))
    study.run()
    member = min(front_of(study))
    (student_path(study.directory, study.trials[member]) / "weights").unlink()
    (fault,) = verify(study).faults
    assert "cannot be read" in fault


def test_room_follows_from_the_space() -> None:
    small, large = student_room(DagSpace.preset("tiny")), student_room(DagSpace.preset("default"))
    assert 0 < small.mean <= small.largest < large.largest
    doubled = student_room(DagSpace.preset("tiny"), vocabulary_size=2 * small.vocabulary_size)
    assert 1.5 < doubled.mean / small.mean <= 2
