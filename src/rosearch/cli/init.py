"""`rosearch init`: begins a configuration for a file of the user's."""

import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rosearch.cli.console import emit_long, messages
from rosearch.cli.options import OfflineOption, SkipOption

if TYPE_CHECKING:
    from rosearch.cli.progress import Display
    from rosearch.cli.starter import Starter
    from rosearch.search.configuration import Configuration
    from rosearch.search.sizing import Plan, Size

LEAST_HOURS_OF_WIDE_SPACE = 1.0
"""Below, students of the preset ``tiny`` are searched: a few trials tell more of a small space."""

UNMEASURED_TRIALS = 32


def command(
    data: Annotated[
        Path, typer.Argument(metavar="FILE", help="Labelled text: CSV, TSV, JSON lines or Parquet.", show_default=False)
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="TOML", help="Default: <name of FILE>.toml, here.", show_default=False),
    ] = None,
    text: Annotated[
        list[str] | None,
        typer.Option("--text", metavar="FIELD", help="Of the text; twice for pairs. Guessed.", show_default=False),
    ] = None,
    label: Annotated[
        str | None, typer.Option("--label", metavar="FIELD", help="Of the label. Guessed.", show_default=False)
    ] = None,
    hours: Annotated[float, typer.Option("--hours", min=0.01, help="How long the search shall take.")] = 1.0,
    model: Annotated[str, typer.Option("--teacher", help="A directory or hub id; or minilm.")] = "minilm",
    measure: Annotated[
        bool, typer.Option("--measure/--no-measure", help="Time this machine on the file's texts, about a minute.")
    ] = True,
    skip_bad_rows: SkipOption = False,
    offline: OfflineOption = False,  # noqa: ARG001 - acts on its own
) -> None:
    """Write a commented configuration for a file of your own; nothing is overwritten."""
    from rosearch.cli.progress import showing_progress
    from rosearch.cli.starter import Starter
    from rosearch.core.errors import InputError
    from rosearch.core.files import write_text
    from rosearch.core.machine import usable_cores
    from rosearch.data.inspection import inspect

    path = out or Path(f"{data.stem}.toml")
    if path.exists():
        raise InputError(f"{path}: is there already, and nothing is overwritten. Give another file with --out.")
    preset = "default" if hours >= LEAST_HOURS_OF_WIDE_SPACE else "tiny"
    with showing_progress(messages) as display:
        inspection = inspect(data, text=text or (), label=label, listener=display)
        starter = Starter(
            name=str(path),
            inspection=inspection,
            model=model,
            preset=preset,
            workers=usable_cores(),
            skip_bad_rows=skip_bad_rows,
            guessed=tuple(name for name, given in (("text", text), ("label", label)) if not given),
        )
        plan = _plan(starter, hours, display) if measure else None
    written = (
        starter.to_toml(plan.size, plan.trials) if plan else starter.to_toml(_unmeasured(hours), UNMEASURED_TRIALS)
    )
    write_text(path, written)
    _report(starter, plan, path, hours)


def _plan(starter: "Starter", hours: float, display: "Display") -> "Plan":
    """Reads the file as a search would, rehearses on it, and picks what fits into the time."""
    from rosearch.core.machine import usable_cores
    from rosearch.search.estimate import TextCounts
    from rosearch.search.rehearsing import rehearse
    from rosearch.search.sizing import SIZES, plan
    from rosearch.search.study import Study

    with tempfile.TemporaryDirectory(prefix="rosearch-init-") as folder:
        study = Study.from_configuration(_configuration(starter, SIZES[0], 1), Path(folder) / "run")
        task = study.check(listener=display)
        rehearsed = rehearse(study, task, listener=display)
    return plan(
        lambda size, trials: _configuration(starter, size, trials),
        TextCounts.of(task),
        rehearsed,
        hours=hours,
        cores=usable_cores(),
    )


def _configuration(starter: "Starter", size: "Size", trials: int) -> "Configuration":
    from rosearch.search.configuration import Configuration

    return Configuration.from_tables(tomllib.loads(starter.to_toml(size, trials)), where=starter.name)


def _unmeasured(hours: float) -> "Size":
    """Returns a size by the time alone."""
    from rosearch.search.sizing import SIZES

    limits = (24.0, 6.0, 2.0, 0.5)
    return next((size for size, limit in zip(SIZES, limits, strict=False) if hours >= limit), SIZES[-1])


def _report(starter: "Starter", plan: "Plan | None", path: Path, hours: float) -> None:
    from rosearch.cli.progress import duration

    found = starter.inspection
    classes = ", ".join(f"{name} {count:,}" for name, count in list(found.classes.items())[:8])
    emit_long(f"{path}: written")
    emit_long(f"text      {' and '.join(found.text)}")
    emit_long(f"label     {found.label}: {len(found.classes)} classes ({classes})")
    if plan is None:
        emit_long("time      not measured: rosearch check says how long it will take")
    else:
        needed, cores = duration(plan.estimate.seconds), plan.estimate.workers
        late = "" if plan.estimate.seconds <= 3600 * hours else f"; that is more than the {hours:g} hours wanted"
        emit_long(f"time      about {needed} on {cores} core(s): {plan.trials} trials, then the finals{late}")
    emit_long(f"next      rosearch check {path}\n          rosearch search {path}")
