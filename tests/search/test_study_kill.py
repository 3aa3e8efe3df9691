"""kill -9 at scripted and at unforeseen moments of a search; the same command must end with the same record."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rosearch.search.study import Study
from rosearch.store.journal import read_journal
from rosearch.testing.toy_study import write_toy_study

WALL_TIMES = {"seconds", "training_s", "attack_s", "latency_ms"}
KILLED = -9

TRAINING = r"^trial \d+: training"
MOMENTS: list[dict[str, Any]] = [
    {"stage": "fine-tuning", "after": 40},
    {"rename": "teacher.json", "after": 1},
    {"record": "teacher", "after": 1, "bytes": 0.5},
    {"stage": "teacher: outputs", "after": 1},
    {"stage": "^bag of embeddings.*: training", "after": 2},
    {"stage": "^bag of embeddings.*: attack", "after": 2},
    {"record": "reference", "after": 1, "bytes": 0.9},
    {"stage": TRAINING, "after": 2},
    {"record": "trial", "after": 1, "bytes": 0.0},
    {"rename": "student.json", "after": 1},
    {"stage": TRAINING, "after": 6},
    {"stage": r"^trial \d+: attack", "after": 2},
    {"record": "trial", "after": 2, "bytes": 0.001},
    {"event": "TrialRecorded", "after": 2},
    {"record": "trial", "after": 1, "bytes": 0.5},
    {"stage": TRAINING, "after": 3},
    {"record": "trial", "after": 1, "bytes": 0.9999},
    {"record": "trial", "after": 1, "bytes": 1.0},
    {"stage": TRAINING, "after": 4},
    {"stage": "^Transformer, seed 0: training", "after": 3},
    {"record": "final", "after": 2, "bytes": 0.5},
    {"rename": "pwws-probability.jsonl", "after": 1},
    {"stage": r"^trial \d+, seed 1: training", "after": 2},
    {"event": "FinalRecorded", "after": 1},
    {"record": "complete", "after": 1, "bytes": 0.0},
    {"record": "complete", "after": 1, "bytes": 0.5},
    {"record": "complete", "after": 1, "bytes": 1.0},
    {},
]
"""In the order of a search: each fork goes on where the one before was killed, and meets its own end."""

ENDS_BY_CHANCE: list[dict[str, Any]] = [{"seconds": second} for second in (0.4, 0.9, 1.6, 0.7, 1.3, 1.1, 1.9)] + [{}]


@dataclass(frozen=True)
class Fire:
    """A run directory, and the log of what went on outside its journal."""

    run: Path
    log: list[dict[str, Any]]

    @property
    def exits(self) -> list[int]:
        return [line["exit"] for line in self.log if "exit" in line]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_study(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="module")
def undisturbed(config: Path, tmp_path_factory: pytest.TempPathFactory) -> Fire:
    return open_fire(config, tmp_path_factory.mktemp("undisturbed"), [{}])


def open_fire(config: Path, folder: Path, moments: list[dict[str, Any]]) -> Fire:
    script = Path(__file__).with_name("study_under_fire.py")
    arguments = [str(config), str(folder / "run"), str(folder / "log.jsonl"), json.dumps(moments)]
    done = subprocess.run([sys.executable, str(script), *arguments], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    assert not any(line.get("exit") == 1 for line in log), done.stderr
    return Fire(folder / "run", log)


def recorded(run: Path) -> list[tuple[str, Any]]:
    return [(entry.kind, without_wall_times(entry.data)) for entry in read_journal(run / "journal.jsonl").entries]


def without_wall_times(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: without_wall_times(value) for key, value in data.items() if key not in WALL_TIMES}
    return [without_wall_times(item) for item in data] if isinstance(data, list) else data


def files_of(run: Path) -> dict[str, str]:
    """Names and hashes of all students and of the outcomes of all attacked texts."""
    folders = ("reference", "trials", "baselines", "finalists")
    paths = [path for folder in folders for path in (run / folder).rglob("*") if path.is_file()]
    return {str(path.relative_to(run)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def evaluation_keys(run: Path) -> list[tuple[str, str, int]]:
    """Names the evaluations on record as the log of evaluations does."""
    keys = []
    for entry in read_journal(run / "journal.jsonl").entries:
        if entry.kind == "trial":
            keys.append(("search", entry.data["proposal"]["architecture_id"], 0))
        elif entry.kind in ("reference", "final"):
            fidelity = "search" if entry.kind == "reference" else "full"
            keys.append((fidelity, entry.data["name"], entry.data["repeat"]))
    return keys


def assert_equal_to(undisturbed: Fire, fire: Fire) -> None:
    assert recorded(fire.run) == recorded(undisturbed.run)
    assert Study.open(fire.run).finished
    assert [member.index for member in Study.open(fire.run).front] == [
        member.index for member in Study.open(undisturbed.run).front
    ]
    assert files_of(fire.run) == files_of(undisturbed.run)


def assert_nothing_done_twice(fire: Fire) -> None:
    """Each evaluation is on record once, and whatever was completed before was never begun again.

    A kill may come after an evaluation and before its record; only the last one of a fork can be lost so.
    """
    keys = evaluation_keys(fire.run)
    assert len(keys) == len(set(keys))
    begun = [(line["fork"], tuple(line["begun"])) for line in fire.log if "begun" in line]
    assert len(begun) == len(set(begun))
    last_of_fork = dict(begun)
    for key, times in Counter(key for _, key in begun).items():
        forks = [fork for fork, begun_key in begun if begun_key == key]
        assert times == len(forks)
        assert all(last_of_fork[fork] == key for fork in forks[:-1]), f"{key} was begun again in {forks}"


def test_an_undisturbed_run_is_worth_comparing_with(undisturbed: Fire) -> None:
    results = Study.open(undisturbed.run).results
    assert len(results.trials) == 8
    assert len({trial.robustness for trial in results.trials}) > 3
    assert results.front
    assert len(results.finals) == 2 + 3 * 2 + 2 * min(2, len(results.front))
    assert_nothing_done_twice(undisturbed)


def test_kills_at_every_stage_change_nothing(config: Path, undisturbed: Fire, tmp_path: Path) -> None:
    fire = open_fire(config, tmp_path, MOMENTS)
    assert fire.exits == [KILLED] * (len(MOMENTS) - 1) + [0], "a kill was not met"
    assert len(fire.exits) > 20
    assert_equal_to(undisturbed, fire)
    assert_nothing_done_twice(fire)


def test_kills_by_chance_change_nothing(config: Path, undisturbed: Fire, tmp_path: Path) -> None:
    fire = open_fire(config, tmp_path, ENDS_BY_CHANCE)
    assert fire.exits[-1] == 0
    assert KILLED in fire.exits
    assert_equal_to(undisturbed, fire)
    assert_nothing_done_twice(fire)


def test_a_finished_run_is_left_as_it_is(config: Path, undisturbed: Fire, tmp_path: Path) -> None:
    shutil.copytree(undisturbed.run, tmp_path / "run")
    before = (tmp_path / "run" / "journal.jsonl").read_bytes()
    fire = open_fire(config, tmp_path, [{}, {}])
    assert [line for line in fire.log if "begun" in line] == []
    assert (tmp_path / "run" / "journal.jsonl").read_bytes() == before
