"""A real search in two processes has the results of one after the other."""

import json
from pathlib import Path

from rosearch.search.configuration import Configuration
from rosearch.search.study import Study
from rosearch.search.verification import verify
from rosearch.store.run_directory import RunDirectory
from rosearch.testing.wall_times import without_wall_times


def records(run: Path) -> list[str]:
    """Returns what is on record, in an order that does not depend on what finished first."""
    entries = RunDirectory(run).entries
    return sorted(json.dumps([entry.kind, without_wall_times(entry.data)], sort_keys=True) for entry in entries)


def test_two_processes_record_what_one_does(toy_study: Path, tmp_path: Path) -> None:
    overrides = ["search.executor.kind=processes", "search.executor.workers=2"]
    configuration = Configuration.read(toy_study / "toy.toml", overrides=overrides)
    study = Study.from_configuration(configuration, tmp_path / "run")
    study.run()
    assert study.finished
    assert verify(study).faults == ()
    # Teachers are fine-tuned by each run; equal seeds make them equal.
    assert records(tmp_path / "run") == records(toy_study / "run")
