"""A task with two text fields, from the search to an attack on its student; the second field is attacked."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rosearch.attacks.result_table import read_results
from rosearch.testing.toy_pairs import toy_pairs
from rosearch.testing.toy_study import write_toy_study

FEW = ("--trials", 3, "--set", "search.finalists=1", "--set", "search.repeats=1")
ATTACKS = ("--set", 'fitness.attacks=["deepwordbug"]', "--set", "fitness.unseen=[]")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_toy_study(tmp_path, task=toy_pairs())


def test_a_search_on_pairs_from_end_to_end(rosearch: Callable, config: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    searched = rosearch("search", config, "--run", run, *FEW, *ATTACKS, "--set", "fitness.attacked_field=second")
    assert searched.code == 0, searched.words
    assert "Attacks rewrite the second text field." in searched.words
    assert rewritten_fields(run / "trials") == {1}
    assert rewritten_fields(run / "finalists") == {1}

    shown = rosearch("show", run, "--examples", 1)
    assert shown.code == 0
    ((_, before, _),) = examples(shown.out)
    first, second = before.split(" | ")
    assert "[" in second
    assert "[" not in first
    assert rosearch("verify", run).code == 0

    attacked = rosearch("attack", run, "--budget", 10, "--examples", 6, "--json")
    assert attacked.json["attacked_field"] == "second"
    student = next((run / "finalists").glob("*/0/student"))
    columns = ("--text", "first", "--text", "second", "--field", "first")
    out = tmp_path / "out"
    few = ("--recipe", "deepwordbug", "--budget", 10, "--examples", 6, "--out", out)
    answer = rosearch("attack", student, "--data", tmp_path / "test.tsv", *columns, *few)
    assert "field the first of two is rewritten; the student sees both" in answer.words
    assert rewritten_fields(out) == {0}


def test_a_task_of_one_field_has_no_second(rosearch: Callable, toy_study: Path, tmp_path: Path) -> None:
    second = ("--set", "fitness.attacked_field=second")
    for more in (("--dry-run",), ()):
        answer = rosearch("search", toy_study / "toy.toml", "--run", tmp_path / "run", *second, *more)
        assert answer.code == 2
        assert "The attacks are to rewrite the second text field, and the texts of" in answer.words
    assert not (tmp_path / "run").exists()
    student = next((toy_study / "run" / "finalists").glob("*/0/student"))
    answer = rosearch("attack", student, "--data", toy_study / "test.tsv", "--field", "second")
    assert answer.code == 2
    assert "have one only" in answer.words


def rewritten_fields(folder: Path) -> set[int]:
    """Returns which fields of a pair the recorded attacks changed."""
    results = [result for path in folder.rglob("*.parquet") for result in read_results(path)]
    pairs = [(result.original, result.adversarial) for result in results]
    assert pairs
    return {field for before, after in pairs for field in (0, 1) if before[field] != after[field]}


def examples(out: str) -> list[list[str]]:
    """Returns the examples that were shown, three lines each."""
    lines = out.splitlines()
    return [lines[at : at + 3] for at, line in enumerate(lines) if line.startswith("dev-")]
