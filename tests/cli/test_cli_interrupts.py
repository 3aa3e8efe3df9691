"""Ctrl-C, sent to the whole process group as a terminal does it, at every stage of a search."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_processes import alive, descendants, started, wait_for

from rosearch.data.task import Split
from rosearch.search.study import Study
from rosearch.testing.toy_study import write_split
from rosearch.testing.toy_task import toy_task

AT_ONCE_S = 10.0
"""A forward pass or an import may be in the way, and the machine may be busy with other tests."""


def interrupt(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGINT)


def end_of(process: subprocess.Popen[str], *, within_s: float = AT_ONCE_S) -> tuple[str, str]:
    """Makes sure that a process which was interrupted ends in time, in order and alone; returns what it wrote."""
    children = descendants(process.pid)
    begun = time.monotonic()
    out, err = process.communicate(timeout=120)
    assert time.monotonic() - begun < within_s
    assert process.returncode == 130
    assert err.splitlines()[-1] == "Stopped."
    assert "Traceback" not in err
    wait_for(lambda: not alive(children), seconds=AT_ONCE_S)
    return out, err


@pytest.fixture
def endless(toy_study: Path, cut_run: Callable) -> list[str | Path]:
    """A search whose teacher and first trial are there, and that does not end by itself."""
    return ["search", toy_study / "toy.toml", "--run", cut_run(1), "--set", "search.trials=500"]


def records(run: Path) -> int:
    return (run / "journal.jsonl").read_bytes().count(b"\n") if (run / "journal.jsonl").exists() else 0


class TestOnce:
    @pytest.mark.parametrize("workers", [(), ("--workers", "2")])
    def test_finishes_the_running_trials(
        self, rosearch: Callable, endless: list[str | Path], tmp_path: Path, workers: tuple[str, ...]
    ) -> None:
        with started(*endless, *workers, "--json") as process:
            wait_for(lambda: records(tmp_path / "run") > 6)
            interrupt(process)
            out, err = end_of(process, within_s=120)
        assert "Finishing what is under way; Ctrl-C again stops at once." in err
        state = json.loads(out)
        assert state["trials"] == len(Study.open(tmp_path / "run").trials) > 1
        assert state["finished"] is False
        assert state["failed"] == 0
        asked = ("--set", f"search.trials={state['trials']}", "--set", "search.finalists=0")
        assert rosearch("search", *endless[1:], *asked).code == 0
        assert Study.open(tmp_path / "run").finished

    @pytest.mark.parametrize("command", ["search", "teach"])
    def test_ends_the_fine_tuning(self, toy_study: Path, tmp_path: Path, command: str) -> None:
        run = tmp_path / "run"
        lengthy = ("--set", "teacher.fine_tuning.epochs=5000")
        with started(command, toy_study / "toy.toml", "--run", run, *lengthy) as process:
            wait_for(lambda: records(run) > 0)
            time.sleep(2)
            interrupt(process)
            end_of(process)
        assert not (run / "teacher" / "teacher.json").exists()
        assert not list(run.rglob("*.part"))

    def test_ends_the_asking_of_the_teacher_which_goes_on_later(
        self, rosearch: Callable, toy_study: Path, tmp_path: Path
    ) -> None:
        task = toy_task(train=24_000)
        texts = tuple(f"{text} {number}" for number, text in enumerate(task.train.texts))
        write_split(tmp_path / "train.tsv", task, Split(texts, task.train.labels))
        fields = ("--set", f"task.train={tmp_path / 'train.tsv'}", "--set", "teacher.fine_tuning.max_texts=64")
        arguments = ("teach", toy_study / "toy.toml", "--run", tmp_path / "run", *fields)
        kept = tmp_path / "run" / "teacher" / "outputs"
        with started(*arguments) as process:
            wait_for(lambda: any(path.stat().st_size for path in kept.glob("*/keys.u64")))
            interrupt(process)
            end_of(process)
        (keys,) = kept.glob("*/keys.u64")
        before = keys.read_bytes()
        assert 0 < len(before) < 8 * len(texts)
        answer = rosearch(*arguments)
        assert answer.code == 0
        assert "fine-tuned" in answer.out
        assert "fine-tuning:" not in answer.err
        assert keys.read_bytes()[: len(before)] == before

    def test_ends_fetching_with_all_that_pip_has_begun(self, tmp_path: Path) -> None:
        (tmp_path / "pip").mkdir()
        (tmp_path / "pip" / "__init__.py").touch()
        (tmp_path / "pip" / "__main__.py").write_text(
            "import pathlib, subprocess, time\n"
            "child = subprocess.Popen(['sleep', '600'])\n"
            f"pathlib.Path({str(tmp_path / 'child')!r}).write_text(str(child.pid))\n"
            "time.sleep(600)\n"
        )
        paths = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
        with started("fetch", "minilm", ROSEARCH_CACHE=str(tmp_path / "cache"), PYTHONPATH=paths) as process:
            wait_for(lambda: (tmp_path / "child").exists() and (tmp_path / "child").read_text() != "")
            interrupt(process)
            end_of(process)
        assert not alive({int((tmp_path / "child").read_text())})
        assert not list((tmp_path / "cache").glob(".minilm-*"))


class TestTwice:
    @pytest.mark.parametrize("workers", [(), ("--workers", "2")])
    def test_stops_a_trial_at_once(self, endless: list[str | Path], tmp_path: Path, workers: tuple[str, ...]) -> None:
        with started(*endless, *workers) as process:
            wait_for(lambda: records(tmp_path / "run") > 6)
            interrupt(process)
            time.sleep(0.01)
            interrupt(process)
            assert "Finishing what is under way" in end_of(process)[1]
        assert Study.open(tmp_path / "run").trials

    def test_stops_workers_that_have_only_just_begun(self, endless: list[str | Path], tmp_path: Path) -> None:
        with started(*endless, "--workers", "2") as process:
            wait_for(lambda: len(descendants(process.pid)) >= 2)
            interrupt(process)
            time.sleep(0.3)
            interrupt(process)
            end_of(process)
        assert not [trial for trial in Study.open(tmp_path / "run").trials if trial.status == "failed"]
