"""A full disk, one that can only be read, a clock that is set back: what is on record stays, and the run goes on."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from disks import SmallDisk, read_only, small_disk
from rosearch.core.errors import StorageError
from rosearch.core.events import Event, Progress
from rosearch.search.configuration import Configuration
from rosearch.search.events import FinalRecorded, TrialRecorded
from rosearch.search.study import Study
from rosearch.search.verification import verify
from rosearch.testing.wall_times import without_wall_times

PROGRAM = Path(sys.executable).with_name("rosearch")
SIZE = 24 << 20
PAGE = 4096


def recorded(study: Study) -> list[tuple[str, object]]:
    return [(entry.kind, without_wall_times(entry.data)) for entry in study.directory.entries]


class Filling:
    """Fills the disk at one moment, and does nothing from then on."""

    def __init__(self, disk: SmallDisk, *, at: Callable[[Event], bool], but: int) -> None:
        self._disk, self._at, self._but = disk, at, but
        self._done = False

    def __call__(self, event: Event) -> None:
        if not self._done and self._at(event):
            self._disk.fill(but=self._but)
            self._done = True


def staged(name: str) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, Progress) and name in event.stage


def heard(kind: type[Event]) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, kind)


@pytest.fixture(scope="module")
def undisturbed(toy_study: Path) -> list[tuple[str, object]]:
    return recorded(Study.open(toy_study / "run"))


def test_a_disk_that_is_full_at_any_stage_loses_nothing(
    toy_study: Path, tmp_path: Path, undisturbed: list[tuple[str, object]]
) -> None:
    with small_disk(tmp_path / "disk", size=SIZE) as disk:
        study = Study.from_configuration(Configuration.read(toy_study / "toy.toml"), disk.path / "run")
        moments = [
            (staged("teacher: fine-tuning"), 10 * PAGE),
            (staged("teacher: outputs"), 0),
            (staged("bag of embeddings"), 0),
            (heard(TrialRecorded), PAGE),
            (heard(TrialRecorded), 3 * PAGE),
            (heard(FinalRecorded), 0),
        ]
        for moment, but in moments:
            before = recorded(study) if study.directory.exists else []
            with pytest.raises(StorageError, match=r"run: .*Free some space, and run the same command: it goes on"):
                study.run(listener=Filling(disk, at=moment, but=but))
            after = recorded(study)
            assert after[: len(before)] == before
            assert not [trial for trial in study.trials if trial.error]
            assert not study.directory.in_use
            disk.free()
        study.run()
        assert study.finished
        assert recorded(study) == undisturbed
        assert verify(study).faults == ()


@pytest.mark.usefixtures("bench")
@pytest.mark.parametrize("room", range(0, 4 * PAGE, PAGE))
def test_the_journal_is_whole_however_little_room_is_left(make: Callable, tmp_path: Path, room: int) -> None:
    make("undisturbed").run()
    with small_disk(tmp_path / "disk", size=1 << 20) as disk:
        study: Study = make("disk/run")
        with pytest.raises(StorageError):
            study.run(listener=Filling(disk, at=heard(TrialRecorded), but=room))
        whole = study.directory.journal_path.read_bytes()
        assert whole.endswith(b"\n")
        assert study.trials
        disk.free()
        study.run()
        assert study.directory.journal_path.read_bytes().startswith(whole)
        assert recorded(study) == recorded(make("undisturbed"))


def test_a_full_disk_leaves_no_process_behind(toy_study: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", size=SIZE) as disk:
        shutil.copytree(toy_study / "run", disk.path / "run")
        search = [PROGRAM, "search", toy_study / "toy.toml", "--run", disk.path / "run", "--workers", 2, "--trials", 12]
        disk.fill(but=8 * PAGE)
        with alone(search) as process:
            _, err = process.communicate(timeout=120)
        assert process.returncode == 1
        assert "No space left on device" in err or "File too large" in err
        assert "Free some space, and run the same command: it goes on from there." in " ".join(err.split())
        assert "fault of rosearch" not in err
        assert len(Study.open(disk.path / "run").trials) >= 8


@contextmanager
def alone(command: list[object]) -> Iterator["subprocess.Popen[str]"]:
    """Runs a program that leads a group of processes, all of which must be gone soon after it."""
    with subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True, process_group=0) as process:
        yield process
    end = time.monotonic() + 10
    with pytest.raises(ProcessLookupError):
        while time.monotonic() < end:
            os.killpg(process.pid, 0)
            time.sleep(0.05)


class TestReadOnly:
    @pytest.fixture
    def run(self, toy_study: Path, tmp_path: Path) -> Iterator[Path]:
        study = Study.from_configuration(Configuration.read(toy_study / "toy.toml"), tmp_path / "run")
        study.run(trials=2, stop=lambda: len(study.trials) >= 1 if study.directory.exists else False)
        with read_only(tmp_path / "run") as folder:
            yield folder

    def test_a_search_says_that_it_cannot_write(self, toy_study: Path, run: Path) -> None:
        study = Study.from_configuration(Configuration.read(toy_study / "toy.toml"), run)
        with pytest.raises(StorageError, match=r"run: .*See to it that this folder can be written"):
            study.run()

    def test_what_only_reads_goes_on_reading(self, run: Path) -> None:
        for command in ("status", "verify", "ls"):
            done = subprocess.run([PROGRAM, command, run], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr


@pytest.mark.usefixtures("bench")
def test_a_clock_that_is_set_back_disturbs_nothing(make: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    make("undisturbed").run()
    now = iter(range(2_000_000_000, 0, -3600))
    monkeypatch.setattr(time, "time", lambda: next(now))
    monkeypatch.setattr(time, "time_ns", lambda: next(now) * 10**9)
    study: Study = make("set-back")
    study.run(trials=4)
    study.run()
    assert recorded(study)[-1] == recorded(make("undisturbed"))[-1]
    assert [without_wall_times(trial.to_record()) for trial in study.trials] == [
        without_wall_times(trial.to_record()) for trial in make("undisturbed").trials
    ]
    assert all(trial.seconds >= 0 for trial in study.trials)
