from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rosearch.attacks.pwws import PWWS
from rosearch.core.files import write_json
from rosearch.executors.executor import Executor
from rosearch.fitness.fitness import Fitness
from rosearch.lexicons.table import Table
from rosearch.search.configuration import SearchSettings
from rosearch.search.evolution import Evolution
from rosearch.search.study import Study
from rosearch.space.space import DagSpace
from rosearch.testing.instant_study import InstantTeacher, InstantWorkbench
from rosearch.testing.toy_task import toy_task


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> InstantWorkbench:
    """Measures the candidates of all studies of a test."""
    bench = InstantWorkbench(toy_task())
    monkeypatch.setattr("rosearch.search.study.equipped", lambda *_, **__: bench)
    return bench


@pytest.fixture
def lexicon(tmp_path: Path) -> Path:
    write_json(tmp_path / "lexicon.json", {"good": ["fine"]})
    return tmp_path / "lexicon.json"


@pytest.fixture
def make(tmp_path: Path, lexicon: Path) -> Callable[..., Study]:
    """Makes a study; the same arguments make the same study on the same run directory."""

    def make(
        run: str = "run", *, trials: int = 10, finalists: int = 2, executor: Executor | None = None, **changes: Any
    ) -> Study:
        settings = SearchSettings(trials=trials, window=3, finalists=finalists, repeats=2)
        given: dict[str, Any] = {
            "task": toy_task(),
            "teacher": InstantTeacher(),
            "space": DagSpace.preset("tiny"),
            "strategy": Evolution(population=4),
            "fitness": Fitness(attacks=(PWWS(lexicon=Table(path=lexicon)),)),
            "settings": settings if executor is None else replace(settings, executor=executor),
        }
        return Study(run_dir=tmp_path / run, **{**given, **changes})

    return make
