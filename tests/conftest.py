"""Toys that many tests share, made once per process and never changed by a test."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from rosearch.core.rng import SeedTree
from rosearch.data.task import Task
from rosearch.teachers.teacher import PreparedTeacher, Teacher
from rosearch.testing.toy_study import write_toy_study
from rosearch.testing.toy_task import toy_task
from rosearch.testing.toy_teacher import FINE_TUNING, write_toy_lexicon, write_toy_teacher

# Read when torch and the hub's client are first imported: networks as small as these are slower on two threads, and a
# name that is no folder must not wait for a network.
os.environ |= {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}

# On a busy machine, how long an example takes says nothing.
settings.register_profile("busy machine", deadline=None)
settings.load_profile("busy machine")


@pytest.fixture(scope="session")
def task() -> Task:
    return toy_task()


@pytest.fixture(scope="session")
def toy_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint without a head."""
    return write_toy_teacher(tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture(scope="session")
def toy_lexicon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_lexicon(tmp_path_factory.mktemp("lexicon") / "synonyms.json")


@pytest.fixture(scope="session")
def prepared_teacher(toy_checkpoint: Path, task: Task, tmp_path_factory: pytest.TempPathFactory) -> PreparedTeacher:
    """The toy checkpoint, fine-tuned on the toy task."""
    teacher = Teacher.from_pretrained(str(toy_checkpoint), fine_tuning=dict(FINE_TUNING), max_length=32)
    return teacher.prepare(task, tmp_path_factory.mktemp("teacher"), seeds=SeedTree(0))


@pytest.fixture(scope="session")
def toy_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a toy study, ``toy.toml``, that the program has carried out in ``run``; one for all processes."""
    root = tmp_path_factory.getbasetemp()
    folder = (root.parent if "PYTEST_XDIST_WORKER" in os.environ else root) / "toy-study"
    with FileLock(f"{folder}.lock"):
        if not (folder / "run").exists():
            program = Path(sys.executable).with_name("rosearch")
            command = [program, "search", write_toy_study(folder), "--run", folder / "unfinished"]
            subprocess.run(command, check=True, capture_output=True, timeout=300)
            (folder / "unfinished").rename(folder / "run")
    return folder
