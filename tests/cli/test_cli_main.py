"""What holds for all commands: help, exit codes, errors in words, tracebacks on demand, plain output in pipes."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rosearch import __version__
from rosearch.cli import main, status

PROGRAM = Path(sys.executable).with_name("rosearch")
COMMANDS = tuple(module.__name__.rpartition(".")[2] for module in main.COMMANDS)
NOWHERE = {
    "init": ("nowhere.csv",),
    "fetch": ("nothing",),
    "search": ("nowhere.toml",),
    "check": ("nowhere.toml",),
    "teach": ("nowhere.toml",),
    "ls": ("nowhere",),
    "predict": ("nowhere", "nowhere.txt"),
    "export": ("nowhere", "--to", "onnx", "--out", "there"),
    **dict.fromkeys(("status", "show", "analyze", "attack", "retrain", "verify"), ("nowhere",)),
}
"""Arguments that name what is not there, for each command that takes any."""


def test_version(rosearch: Callable) -> None:
    assert rosearch("--version").out == f"rosearch {__version__}\n"
    assert rosearch("--version").code == 0


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_help(rosearch: Callable, command: str | None, option: str) -> None:
    answer = rosearch(*([command] if command else []), option)
    assert answer.code == 0
    assert answer.err == ""
    assert all(name in answer.out for name in (COMMANDS if command is None else (command,)))
    assert max(map(len, answer.out.splitlines())) <= 80
    assert "…" not in answer.out


def test_no_command_shows_the_help(rosearch: Callable) -> None:
    answer = rosearch()
    assert answer.code == 2
    assert all(name in answer.words for name in COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["serch"], "Did you mean 'search'"),
        (["search", "a.toml", "--sett", "a=b"], "--set"),
        (["status"], "Missing argument"),
        (["show", "runs/a", "1", "2"], "unexpected extra argument"),
        (["show", "runs/a", "one"], "Invalid value for 'TRIAL'"),
        (["attack", "runs/a", "--budget", "0"], "--budget"),
        (["analyze", "runs/a", "--samples", "3"], "--samples"),
    ],
)
def test_a_wrong_command_line_is_explained(rosearch: Callable, arguments: list[str], hint: str) -> None:
    answer = rosearch(*arguments)
    assert answer.code == 2
    assert hint in answer.words
    assert answer.out == ""
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("command", ["status", "show", "analyze"])
def test_a_folder_that_is_no_run_is_named(rosearch: Callable, tmp_path: Path, command: str) -> None:
    answer = rosearch(command, tmp_path)
    assert answer.code == 2
    assert answer.out == ""
    assert f"Error: {tmp_path}: not a run directory" in answer.err


@pytest.mark.parametrize("command", sorted(NOWHERE))
def test_wrong_input_ends_every_command_with_2_and_a_sentence(
    rosearch: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = rosearch(command, *NOWHERE[command])
    assert answer.code == 2
    assert answer.out == ""
    assert answer.err.startswith("Error: ")
    assert "Traceback" not in answer.err
    assert list(tmp_path.iterdir()) == []


def test_every_command_that_takes_input_is_tried() -> None:
    assert set(COMMANDS) - set(NOWHERE) == {"doctor", "schema"}


@pytest.mark.parametrize("arguments", [["--debug", "status"], ["status", "--debug"]])
def test_debug_anywhere_shows_where_an_error_came_from(
    rosearch: Callable, tmp_path: Path, arguments: list[str]
) -> None:
    answer = rosearch(*arguments, tmp_path)
    assert answer.code == 2
    assert answer.err.startswith("Traceback")
    assert "Error: " in answer.err.splitlines()[-1]


def test_a_fault_of_the_program_is_owned(rosearch: Callable, monkeypatch: pytest.MonkeyPatch, run: Path) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by [zero]")

    monkeypatch.setattr(status, "report", fail)
    answer = rosearch("status", run)
    assert answer.code == 1
    assert answer.err == (
        "Unexpected ZeroDivisionError: by [zero]\nThis is a fault of rosearch. Add --debug to see where it came from.\n"
    )
    assert rosearch("status", run, "--debug").err.startswith("Traceback")


def test_an_interrupt_ends_any_command_with_130(rosearch: Callable, monkeypatch: pytest.MonkeyPatch, run: Path) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(status, "report", interrupt)
    answer = rosearch("status", run)
    assert (answer.code, answer.err) == (130, "Stopped.\n")


@pytest.mark.parametrize("command", ["status", "show", "analyze"])
def test_a_flipped_byte_in_the_journal_is_named_with_its_line(rosearch: Callable, run: Path, command: str) -> None:
    journal = run / "journal.jsonl"
    lines = journal.read_bytes().split(b"\n")
    lines[4] = lines[4].replace(b'"kind":"trial"', b'"kind":"tryal"')
    journal.write_bytes(b"\n".join(lines))
    answer = rosearch(command, run)
    assert answer.code == 1
    assert answer.out == ""
    assert answer.err.startswith(f"Error: {journal}:5: the line is damaged")
    assert len(answer.err.splitlines()) == 1


def test_pipes_get_no_colours_and_may_be_closed_early(run: Path) -> None:
    command = f"'{PROGRAM}' show '{run}' | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.stdout.startswith("trial ")
    assert "\x1b" not in done.stdout
    assert done.stderr == ""


def test_a_terminal_without_the_signs_of_a_drawing_gets_others(run: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([PROGRAM, "show", run], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "word pieces ? cell A" in done.stdout
