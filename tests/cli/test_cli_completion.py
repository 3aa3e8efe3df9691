"""Tab: what the shells are offered."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_processes import PROGRAM


def offered(line: str, folder: Path, *, shell: str = "bash") -> list[str]:
    """Returns what the program offers for the last word of a line, as the shell's script asks it."""
    words = line.split(" ")
    asked = {
        "bash": {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)},
        "zsh": {"_TYPER_COMPLETE_ARGS": line},
        "fish": {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }
    environment = {**os.environ, "_ROSEARCH_COMPLETE": f"complete_{shell}", **asked[shell]}
    done = subprocess.run([PROGRAM], env=environment, cwd=folder, capture_output=True, text=True, check=True)
    return [offer for offer in done.stdout.splitlines() if offer]


@pytest.fixture
def folder(run: Path) -> Path:
    """A folder with two configurations, a run in ``runs``, and things that are neither."""
    root = run.parent / "work"
    (root / "runs").mkdir(parents=True)
    run.rename(root / "runs" / "mine")
    (root / "runs" / "notes").mkdir()
    (root / "reviews.toml").touch()
    (root / "reviews.csv").touch()
    (root / "other.toml").touch()
    return root


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("rosearch ret", ["retrain"]),
        ("rosearch status ", ["runs/"]),
        ("rosearch status r", ["runs/"]),
        ("rosearch status runs/", ["runs/mine", "runs/notes/"]),
        ("rosearch show runs/m", ["runs/mine"]),
        ("rosearch search ", ["other.toml", "reviews.toml", "runs/"]),
        ("rosearch check rev", ["reviews.toml"]),
        ("rosearch search a.toml --run runs/m", ["runs/mine"]),
        ("rosearch search a.toml --scheme pl", ["plain"]),
        ("rosearch search a.toml --worke", ["--workers"]),
        ("rosearch show runs/mine ", [str(index) for index in range(8)]),
        ("rosearch retrain runs/mine 3", ["3"]),
        ("rosearch show runs/notes ", []),
        ("rosearch show nowhere ", []),
        ("rosearch attack runs/mi", ["runs/mine"]),
        ("rosearch attack runs/mine --recipe pw", ["pwws"]),
        ("rosearch predict runs/mine --trial 7", ["7"]),
        ("rosearch predict runs/mine/finalists/nowhere/", []),
        ("rosearch fetch wordn", ["wordnet"]),
    ],
)
def test_what_bash_is_offered(folder: Path, line: str, expected: list[str]) -> None:
    assert offered(line, folder) == expected


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_are_told_what_each_is(folder: Path, shell: str) -> None:
    told = "\n".join(offered("rosearch show runs/mine ", folder, shell=shell))
    assert "robustness " in told
    assert "accuracy " in told


def test_a_damaged_run_offers_nothing_and_says_nothing(folder: Path) -> None:
    (folder / "runs" / "mine" / "journal.jsonl").write_text("no journal\n")
    assert offered("rosearch show runs/mine ", folder) == []


def test_the_script_can_be_shown_and_installed(rosearch: Callable, tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(tmp_path), "SHELL": "/bin/bash"}
    environment["_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION"] = "1"
    shown = subprocess.run([PROGRAM, "--show-completion", "bash"], env=environment, capture_output=True, text=True)
    assert "_ROSEARCH_COMPLETE=complete_bash" in shown.stdout
    done = subprocess.run([PROGRAM, "--install-completion", "bash"], env=environment, capture_output=True, text=True)
    assert done.returncode == 0
    assert "complete_bash" in (tmp_path / ".bash_completions" / "rosearch.sh").read_text()
    assert rosearch("--help").code == 0
