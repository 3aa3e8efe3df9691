import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rosearch.cli.main import main
from rosearch.store.journal import Journal
from rosearch.store.records import Trial
from rosearch.store.run_directory import RunDirectory


@dataclass(frozen=True)
class Answer:
    """What the program answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def words(self) -> str:
        """Both streams with line breaks and frames taken away, as a reader puts the words together."""
        return " ".join("".join(sign for sign in self.out + " " + self.err if sign not in "│╭╮╰╯─").split())


@pytest.fixture
def rosearch(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Runs the program in this process."""
    monkeypatch.setenv("COLUMNS", "80")

    def rosearch(*arguments: str | int | Path) -> Answer:
        monkeypatch.setattr(sys, "argv", ["rosearch", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        code = end.value.code
        return Answer(code if isinstance(code, int) else 0, out, err)

    return rosearch


@pytest.fixture
def run(toy_study: Path, tmp_path: Path) -> Path:
    """A copy of a finished run."""
    return shutil.copytree(toy_study / "run", tmp_path / "run")


@pytest.fixture
def cut_run(run: Path) -> Callable[..., Path]:
    """Takes records away from the run, as if it had been stopped after some trials or finals, and may add trials."""

    def cut_run(trials: int, *more: Trial, finals: int = 0) -> Path:
        directory = RunDirectory(run)
        left = {"trial": trials, "final": finals, "transfer": 0, "pruned": 0, "complete": 0}
        entries = directory.entries
        directory.journal_path.unlink()
        with Journal.open(directory.journal_path) as journal:
            for entry in entries:
                left[entry.kind] = left.get(entry.kind, 1) - 1
                if left[entry.kind] >= 0:
                    journal.append(entry.kind, entry.data)
            for trial in more:
                journal.append("trial", trial.to_record())
        return run

    return cut_run
