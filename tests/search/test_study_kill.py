"""kill -9 at scripted and at unforeseen moments of a search; the same command must end with the same record."""

import hashlib
import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rosearch.search.study import Study
from rosearch.store.journal import read_journal
from rosearch.testing.wall_times import without_wall_times

KILLED = -9

TRAINING = r"^trial \d+: training"
MOMENTS: list[dict[str, Any]] = [
    {"rename": "run.toml", "after": 1},
    {"record": "extent", "after": 1, "bytes": 0.5},
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
    {"stage": r"^Transformer \d+x\d+, seed 0: training", "after": 3},
    {"record": "final", "after": 2, "bytes": 0.5},
    {"rename": "pwws-probability.parquet", "after": 1},
    {"stage": r"^trial \d+, seed 1: training", "after": 2},
    {"event": "FinalRecorded", "after": 1},
    {"stage": "^texts of other models", "after": 3},
    {"record": "transfer", "after": 2, "bytes": 0.5},
    {"record": "complete", "after": 1, "bytes": 0.0},
    {"record": "complete", "after": 1, "bytes": 0.5},
    {"record": "complete", "after": 1, "bytes": 1.0},
    {},
]
"""In the order of a search: each fork goes on where the one before was killed, and meets its own end."""

ENDS_BY_CHANCE: list[dict[str, Any]] = [{"seconds": second} for second in (0.5, 1.5, 0.9, 1.8, 1.2)] + [{}]


@dataclass(frozen=True)
class Fire:
    """A run directory, and the log of what went on outside its journal."""

    run: Path
    log: list[dict[str, Any]]

    @property
    def exits(self) -> list[int]:
        return [line["exit"] for line in self.log if "exit" in line]

    @property
    def begun(self) -> list[tuple[int, tuple[str, str, int]]]:
        """Forks and the evaluations that they began."""
        return [(line["fork"], tuple(line["begun"])) for line in self.log if "begun" in line]


def open_fire(config: Path, folder: Path, moments: list[dict[str, Any]]) -> Fire:
    script = Path(__file__).with_name("study_under_fire.py")
    arguments = [str(config), str(folder / "run"), str(folder / "log.jsonl"), json.dumps(moments)]
    done = subprocess.run([sys.executable, str(script), *arguments], capture_output=True, text=True, timeout=300)
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    assert done.returncode == 0 and 1 not in [line.get("exit") for line in log], done.stderr
    return Fire(folder / "run", log)


def recorded(run: Path) -> list[tuple[str, Any]]:
    return [(entry.kind, without_wall_times(entry.data)) for entry in read_journal(run / "journal.jsonl").entries]


def files_of(run: Path) -> dict[str, str]:
    """Names and hashes of all students and of the outcomes of all attacked texts."""
    folders = ("reference", "trials", "baselines", "finalists")
    paths = [path for folder in folders for path in (run / folder).rglob("*") if path.is_file()]
    return {str(path.relative_to(run)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def evaluation_keys(run: Path) -> list[tuple[str, str, int]]:
    """Names the evaluations on record as the log of evaluations does."""
    results = Study.open(run).results
    reference = [] if results.reference is None else [("search", results.reference.name, 0)]
    trials = [("search", trial.architecture.architecture_id, 0) for trial in results.trials]
    return [*reference, *trials, *(("full", item.name, item.repeat) for item in results.finals)]


def assert_equal_record(run: Path, undisturbed: Path) -> None:
    assert recorded(run) == recorded(undisturbed)
    assert [member.trial.metrics["robustness"] for member in Study.open(run).front] == [
        member.trial.metrics["robustness"] for member in Study.open(undisturbed).front
    ]
    assert Study.open(run).finished
    assert files_of(run) == files_of(undisturbed)


def assert_nothing_done_twice(fire: Fire) -> None:
    """Each evaluation is on record once, and none that was on record was ever begun again.

    A kill may come after an evaluation and before its record: so the last evaluation of a fork, and no other, may be
    begun again by the next.
    """
    keys = evaluation_keys(fire.run)
    assert len(keys) == len(set(keys))
    assert {key for _, key in fire.begun} == set(keys)
    last = dict(fire.begun)
    for key in keys:
        forks = [fork for fork, begun in fire.begun if begun == key]
        assert len(forks) == len(set(forks))
        assert all(last[fork] == key for fork in forks[:-1]), f"{key} was completed, and begun again: {forks}"


def test_the_undisturbed_run_is_worth_comparing_with(toy_study: Path) -> None:
    results = Study.open(toy_study / "run").results
    assert len(results.trials) == 8
    assert len({trial.robustness for trial in results.trials}) > 3
    assert {trial.proposal.operator == "random" for trial in results.trials} == {True, False}
    assert results.front
    assert len(results.finals) == 2 + 3 * 2 + 2 * min(2, len(results.front))


def test_kills_at_every_stage_change_nothing(toy_study: Path, tmp_path: Path) -> None:
    fire = open_fire(toy_study / "toy.toml", tmp_path, MOMENTS)
    assert fire.exits == [KILLED] * (len(MOMENTS) - 1) + [0], "a kill was not met"
    assert_equal_record(fire.run, toy_study / "run")
    assert_nothing_done_twice(fire)
    assert last_journal_sizes(fire) == {(fire.run / "journal.jsonl").stat().st_size}


def last_journal_sizes(fire: Fire) -> set[int]:
    """Bytes after the last kill, which came when all was recorded, and after the run that found nothing to do."""
    return {line["journal"] for line in fire.log if "journal" in line and line["fork"] >= len(MOMENTS) - 2}


def test_there_are_enough_kills_of_each_kind() -> None:
    kinds = Counter(kind for moment in MOMENTS for kind in ("stage", "record", "rename", "event") if kind in moment)
    assert len(MOMENTS) - 1 >= 20
    assert kinds["record"] >= 5
    assert sum("training" in moment.get("stage", "") for moment in MOMENTS) >= 5


def test_kills_by_chance_change_nothing(toy_study: Path, tmp_path: Path) -> None:
    fire = open_fire(toy_study / "toy.toml", tmp_path, ENDS_BY_CHANCE)
    assert fire.exits[-1] == 0
    assert KILLED in fire.exits
    assert_equal_record(fire.run, toy_study / "run")
    assert_nothing_done_twice(fire)
