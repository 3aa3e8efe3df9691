"""`rosearch ls`: the runs under a folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from rosearch.cli.console import emit, emit_json, emit_long
from rosearch.cli.options import JsonOption
from rosearch.core.errors import RoSearchError

DEPTH = 3
"""Folders below the given one that are looked into."""


def command(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to look for run directories.")] = Path("runs"),
    json: JsonOption = False,
) -> None:
    """List the runs under a folder: how far each is, and its best trial."""
    from rosearch.cli.tables import percent, table_of
    from rosearch.core.errors import InputError

    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder. Give the one that your runs are in.")
    rows = [describe(path) for path in run_directories(folder)]
    if json:
        emit_json(rows)
        return
    if not rows:
        emit_long(f"{folder}: no runs. Begin one with: rosearch search CONFIG --run {folder / 'mine'}")
        return
    table = table_of("run", "state", "task", "trials", "front", "best\nrobustness", "best\naccuracy", left=3)
    for row in rows:
        best = [percent(value) if (value := row.get(name)) is not None else "-" for name in ("robustness", "accuracy")]
        table.add_row(
            row["run"], row["state"], row.get("task", "-"), row.get("trials", "-"), str(row.get("front", "-")), *best
        )
    emit(table)
    for row in rows:
        if "error" in row:
            emit_long(f"{row['run']}: {row['error']}")


def run_directories(folder: Path) -> Iterator[Path]:
    """Yields the run directories under a folder, the folder itself among them, by path."""
    patterns = ["run.toml", *("*/" * depth + "run.toml" for depth in range(1, DEPTH + 1))]
    yield from sorted(path.parent for pattern in patterns for path in folder.glob(pattern))


def describe(path: Path) -> dict[str, Any]:
    """Returns a run's state as plain data; one that cannot be read has an ``error`` instead of figures."""
    from rosearch.search.study import Study

    try:
        study = Study.open(path)
        results, search = study.results, study.configuration.search
    except RoSearchError as error:
        return {"run": str(path), "state": "damaged", "error": str(error)}
    front = results.front
    state = "running" if study.directory.in_use else "finished" if results.covers(study.extent) else "stopped"
    return {
        "run": str(path),
        "state": state,
        "task": study.configuration.task.to_config().get("name") or study.configuration.task.to_config()["kind"],
        "trials": f"{len(results.trials)}/{max(search.trials, len(results.trials))}",
        "front": len(front),
        "robustness": max((trial.robustness for trial in front), default=None),
        "accuracy": max((trial.accuracy for trial in front), default=None),
        "begun": study.directory.provenance.get("begun"),
    }
