"""`teach`: the teacher of a run, and nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rosearch.search.study import Study
from rosearch.store.journal import read_journal
from rosearch.testing.wall_times import without_wall_times


def records(run: Path) -> list:
    return [(entry.kind, without_wall_times(entry.data)) for entry in read_journal(run / "journal.jsonl").entries]


def test_search_goes_on_from_it_to_the_same_end(rosearch: Callable, toy_study: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    answer = rosearch("teach", toy_study / "toy.toml", "--run", run)
    assert answer.code == 0
    assert "fine-tuned" in answer.out
    assert f"next      rosearch search {toy_study}/toy.toml --run {run}" in answer.out
    assert not (run / "trials").exists()
    assert [kind for kind, _ in records(run)] == ["extent", "teacher", "task"]
    written = (run / "teacher" / "teacher.json").stat().st_mtime_ns
    assert rosearch("search", toy_study / "toy.toml", "--run", run).code == 0
    assert (run / "teacher" / "teacher.json").stat().st_mtime_ns == written
    assert records(run) == records(toy_study / "run")


def test_again_says_the_same_and_changes_nothing(rosearch: Callable, toy_study: Path, run: Path) -> None:
    before = (run / "journal.jsonl").read_bytes()
    answer = rosearch("teach", toy_study / "toy.toml", "--run", run, "--json")
    assert answer.code == 0
    assert answer.json["fine_tuned"] is True
    assert answer.json["dev_accuracy"] == Study.open(run).results.teacher["dev_accuracy"]
    assert (run / "journal.jsonl").read_bytes() == before


def test_a_time_limit_keeps_the_outputs_that_are_there(rosearch: Callable, toy_study: Path, tmp_path: Path) -> None:
    answer = rosearch("teach", toy_study / "toy.toml", "--run", tmp_path / "run", "--hours", 0)
    assert answer.code == 0
    assert answer.err.endswith("Stopped after 0 hours, as asked; the same command goes on from here.\n")
    assert (tmp_path / "run" / "teacher" / "teacher.json").exists()


@pytest.mark.parametrize(
    ("override", "message"),
    [("search.trails=3", "Did you mean 'trials'?"), ("task.label=lable", "Did you mean 'label'?")],
)
def test_what_is_wrong_is_named(
    rosearch: Callable, toy_study: Path, tmp_path: Path, override: str, message: str
) -> None:
    answer = rosearch("teach", toy_study / "toy.toml", "--run", tmp_path / "run", "--set", override)
    assert answer.code == 2
    assert message in answer.err
    assert not (tmp_path / "run").exists()
