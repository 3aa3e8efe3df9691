"""`check`: valid or not, how long, how much room."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

STAGES = ("fine-tuning", "outputs", "reference", "trials: training", "trials: attacks", "finals: training")


def files_of(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_says_what_a_search_will_cost_and_writes_nothing(rosearch: Callable, toy_study: Path, tmp_path: Path) -> None:
    answer = rosearch("check", toy_study / "toy.toml", "--run", tmp_path / "run", "--hours", 1)
    assert answer.code == 0
    assert "240 texts to learn from, 60 dev, 60 test, 2 classes" in answer.out
    assert "20 random ones built and trained for a moment" in answer.out
    assert all(stage in answer.out for stage in STAGES)
    assert "What sets it: " in answer.words
    assert "In 1 hours: about " in answer.out
    assert "Disk: " in answer.out
    assert not (tmp_path / "run").exists()


def test_a_stopped_run_needs_no_second_teacher_and_fewer_trials(
    rosearch: Callable, toy_study: Path, cut_run: Callable
) -> None:
    run = cut_run(5)
    before = files_of(run)
    found = rosearch("check", toy_study / "toy.toml", "--run", run, "--json").json
    stages = {stage["name"]: stage for stage in found["stages"]}
    assert stages["trials: training"]["count"] == 3
    assert not any(name.startswith("teacher") for name in stages)
    assert "reference" not in stages
    assert found["seconds"] == pytest.approx(sum(stage["seconds"] for stage in found["stages"]))
    assert files_of(run) == before


def test_a_teacher_that_is_a_file_of_answers_costs_nothing(rosearch: Callable, toy_study: Path, tmp_path: Path) -> None:
    rows = [row for name in ("train", "dev", "test") for row in texts_and_labels(toy_study / f"{name}.tsv")]
    answers = [{"text": text, "bad": float(label == "bad"), "good": float(label == "good")} for text, label in rows]
    (tmp_path / "answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in answers))
    fields = f'path="{tmp_path / "answers.jsonl"}", embeddings="{toy_study / "teacher"}"'
    teacher = f'{{kind="logits", values="probabilities", {fields}}}'
    arguments = ("--set", f"teacher={teacher}", "--run", tmp_path / "run", "--json")
    answer = rosearch("check", toy_study / "toy.toml", *arguments)
    assert answer.code == 0, answer.err
    names = {stage["name"] for stage in answer.json["stages"]}
    assert "trials: attacks" in names
    assert not any("teacher" in name for name in names)


def texts_and_labels(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text().splitlines()[1:]]


def test_a_finished_run_needs_nothing(rosearch: Callable, toy_study: Path, run: Path) -> None:
    answer = rosearch("check", toy_study / "toy.toml", "--run", run)
    assert answer.code == 0
    assert "Everything is done already." in answer.out
    assert "--trials" not in answer.out


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("search.trails=3", "Did you mean 'trials'?"),
        ("task.label=lable", "no column 'lable'. Did you mean 'label'?"),
        ("teacher.model=./nowhere", "./nowhere: no such directory."),
        ("teacher.max_length=300", "max_length = 300: the checkpoint has positions for 64 word pieces."),
        ('fitness.attacks=[{kind="pwws", lexicon={kind="table", path="/nowhere/a.json"}}]', "/nowhere/a.json: cannot"),
    ],
)
def test_what_is_wrong_is_named(
    rosearch: Callable, toy_study: Path, tmp_path: Path, override: str, message: str
) -> None:
    answer = rosearch("check", toy_study / "toy.toml", "--set", override, "--run", tmp_path / "run")
    assert answer.code == 2
    assert message in answer.err
    assert answer.out == ""
    assert not (tmp_path / "run").exists()


def test_another_configuration_than_the_recorded_one_is_refused(rosearch: Callable, toy_study: Path, run: Path) -> None:
    answer = rosearch("check", toy_study / "toy.toml", "--run", run, "--set", "seed=3")
    assert answer.code == 2
    assert "seed: 0 -> 3" in answer.err
