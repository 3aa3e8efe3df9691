"""`retrain`: an architecture of a run, trained anew beside it."""

import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_processes import started, wait_for

from rosearch.search.study import Study
from rosearch.store.journal import read_journal
from rosearch.store.lock import locked
from rosearch.students.student import Student

EPOCHS = ("--set", "fitness.scheme.schedule.epochs=5")


def folder_of(run: Path) -> Path:
    (folder,) = (run / "retrained").iterdir()
    return folder


def test_the_runs_own_settings_give_the_finalists_weights_again(rosearch: Callable, run: Path) -> None:
    results = Study.open(run).results
    trials = {trial.architecture.architecture_id: trial for trial in results.trials}
    final = next(item for item in results.finals if item.name in trials and item.repeat == 1)
    trial = trials[final.name]
    before = (run / "journal.jsonl").read_bytes()
    answer = rosearch("retrain", run, trial.index, "--seeds", 2)
    assert answer.code == 0
    assert f"trial {trial.index}, retrained" in answer.words
    assert "majority class" in answer.out
    entries = read_journal(folder_of(run) / "journal.jsonl").entries
    assert [entry.data["repeat"] for entry in entries] == [0, 1]
    assert entries[1].data["training_id"] == final.training_id
    assert entries[1].data["details"]["files"] == dict(final.details["files"])
    assert (run / "journal.jsonl").read_bytes() == before
    assert rosearch("verify", run).code == 0


def test_other_settings_lie_elsewhere_and_more_seeds_go_on(rosearch: Callable, run: Path, tmp_path: Path) -> None:
    first = rosearch("retrain", run, 3, "--seeds", 1, *EPOCHS, "--out", tmp_path / "student", "--json")
    assert first.code == 0
    assert first.json["repeats"] == 1
    assert first.json["trial"] == 3
    assert first.json["compression"] > 1
    assert Student.from_pretrained(tmp_path / "student").predict(["A fine film ."])
    second = rosearch("retrain", run, 3, "--seeds", 2, *EPOCHS)
    assert "on test 2/2, trial 3, seed 1" in second.err
    assert "seed 0" not in second.err
    journal = (folder_of(run) / "journal.jsonl").read_bytes()
    again = rosearch("retrain", run, 3, "--seeds", 2, *EPOCHS, "--out", tmp_path / "again")
    assert (again.code, again.err) == (0, "")
    assert (tmp_path / "again" / "student.json").exists()
    assert (folder_of(run) / "journal.jsonl").read_bytes() == journal
    assert "epochs = 5" in (folder_of(run) / "settings.toml").read_text()
    assert "retrained" in rosearch("status", run).out
    assert [row["run"] for row in rosearch("ls", run, "--json").json] == [str(run)]


def test_changed_weights_are_found_by_verify(rosearch: Callable, run: Path) -> None:
    assert rosearch("retrain", run, 3, "--seeds", 1, *EPOCHS).code == 0
    weights = folder_of(run) / "0" / "student" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\0")
    answer = rosearch("verify", run)
    assert answer.code == 1
    assert f"differs: {weights}: its content has changed" in answer.out


def test_another_scheme_takes_over_the_schedule(rosearch: Callable, run: Path) -> None:
    answer = rosearch("retrain", run, 3, "--seeds", 1, "--scheme", "hard_labels", "--json")
    assert answer.code == 0
    settings = (folder_of(run) / "settings.toml").read_text()
    assert 'kind = "hard_labels"' in settings
    assert "epochs = 4" in settings
    assert "soft_labels" not in settings


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((99,), "there is no trial 99; recorded are 0 .. 7."),
        ((3, "--set", "seed=4"), "A retraining keeps the run's task, teacher, space and seed"),
        ((3, "--set", "task.label=kind"), "task.label: 'label' -> 'kind'"),
        ((3, "--set", "fitness.scheme.schedule.epoch=4"), "Did you mean 'epochs'?"),
        ((3, "--scheme", "robst"), "Did you mean 'robust'?"),
    ],
)
def test_what_is_wrong_is_named(rosearch: Callable, run: Path, arguments: tuple, message: str) -> None:
    answer = rosearch("retrain", run, *arguments)
    assert answer.code == 2
    assert message in answer.err
    assert not (run / "retrained").exists()


def test_nothing_is_overwritten(rosearch: Callable, run: Path, tmp_path: Path) -> None:
    answer = rosearch("retrain", run, 3, "--out", tmp_path)
    assert answer.code == 2
    assert f"{tmp_path}: is there already, and nothing is overwritten." in answer.err


def test_a_run_without_its_teacher_says_so(rosearch: Callable, run: Path) -> None:
    shutil.rmtree(run / "teacher")
    answer = rosearch("retrain", run, 3, *EPOCHS)
    assert answer.code == 2
    assert "holds no prepared teacher" in answer.err


def test_a_second_process_is_turned_away(rosearch: Callable, run: Path) -> None:
    assert rosearch("retrain", run, 3, "--seeds", 1, *EPOCHS).code == 0
    with locked(folder_of(run) / "run.lock"):
        answer = rosearch("retrain", run, 3, "--seeds", 2, *EPOCHS)
    assert answer.code == 1
    assert "is writing to this run directory" in answer.err


def test_ctrl_c_finishes_the_training_under_way(rosearch: Callable, run: Path) -> None:
    with started("retrain", run, "3", "--seeds", "100", *EPOCHS) as process:
        wait_for(lambda: list(run.glob("retrained/*/0/student/student.json")) != [])
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Finishing what is under way" in err
    assert "trial 3, retrained" in " ".join(out.split())
    begun = time.monotonic()
    entries = read_journal(folder_of(run) / "journal.jsonl").entries
    answer = rosearch("retrain", run, 3, "--seeds", len(entries), *EPOCHS)
    assert (answer.code, answer.err) == (0, "")
    assert time.monotonic() - begun < 60
