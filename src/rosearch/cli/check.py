"""`rosearch check`: whether a search can work, and what it will cost."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rosearch.cli.console import emit, emit_json, emit_long, messages
from rosearch.cli.options import (
    ConfigArgument,
    JsonOption,
    OfflineOption,
    RunOption,
    SchemeOption,
    SetOption,
    SkipOption,
    TrialsOption,
    WorkersOption,
    study_of,
)

if TYPE_CHECKING:
    from rosearch.data.task import Task
    from rosearch.search.estimate import Estimate
    from rosearch.search.study import Study

WHAT_SETS = {
    "start": "the teacher's size",
    "teacher: fine-tuning": "teacher.fine_tuning: epochs, max_texts and frozen_layers",
    "teacher: outputs": "the teacher's size, task.max_train and teacher.max_length",
    "reference": "fitness.share and fitness.scheme.schedule.epochs",
    "trials: training": "search.trials, fitness.share and fitness.scheme.schedule.epochs",
    "trials: attacks": "search.trials, fitness.dev_examples and fitness.attacks",
    "finals: training": "search.finalists, search.repeats and fitness.scheme.schedule.epochs",
    "finals: attacks": "search.finalists, search.repeats and fitness.test_examples",
}
"""What a user can change about a stage, by the beginning of its name."""


def command(
    config: ConfigArgument,
    run: RunOption = None,
    assignments: SetOption = None,
    trials: TrialsOption = None,
    hours: Annotated[
        float | None, typer.Option("--hours", min=0, help="Also say how many trials fit into this.", show_default=False)
    ] = None,
    workers: WorkersOption = None,
    scheme: SchemeOption = None,
    skip_bad_rows: SkipOption = False,
    offline: OfflineOption = False,  # noqa: ARG001 - acts on its own
    json: JsonOption = False,
) -> None:
    """Check everything that a search needs, train 20 random students for a moment, estimate its time and disk."""
    from rosearch.cli.progress import showing_progress
    from rosearch.search.rehearsing import estimate as estimate_cost

    study = study_of(
        config,
        run,
        assignments=assignments,
        trials=trials,
        workers=workers,
        scheme=scheme,
        skip_bad_rows=skip_bad_rows,
    )
    with showing_progress(messages) as display:
        task = study.check(listener=display)
        estimate = estimate_cost(study, task, listener=display)
    free = shutil.disk_usage(_existing(study.directory.path)).free
    if json:
        fitting = {} if hours is None else {"trials_within_hours": estimate.trials_within(hours)}
        emit_json({"run": str(study.directory.path), "free_bytes": free, **estimate.to_record(), **fitting})
        return
    _print_validity(study, task, estimate)
    _print_time(study, estimate, hours)
    _print_disk(estimate, free)


def _print_validity(study: "Study", task: "Task", estimate: "Estimate") -> None:
    from rosearch.cli.tables import count

    low, high = count(estimate.parameters[0]), count(estimate.parameters[-1])
    recorded = len(study.results.trials)
    emit_long(
        f"valid     {len(task.train):,} texts to learn from, {len(task.dev):,} dev, {len(task.test):,} test, "
        f"{task.classes} classes\n"
        f"students  {len(estimate.parameters)} random ones built and trained for a moment, {low} to {high} weights\n"
        f"record    {recorded} of {study.configuration.search.trials} trials in {study.directory.path}\n"
    )


def _print_time(study: "Study", estimate: "Estimate", hours: float | None) -> None:
    from rosearch.cli.progress import duration
    from rosearch.cli.tables import percent, table_of

    if not estimate.seconds:
        emit("Everything is done already.")
        return
    title = f"Time from here, {estimate.workers} evaluation(s) at a time"
    table = table_of("stage", "times", "each", "in all", "share", title=title)
    for stage in estimate.stages:
        each = f"{stage.each_s:.2g} s" if stage.each_s < 10 else duration(stage.each_s)
        share = percent(stage.seconds / estimate.seconds)
        table.add_row(stage.name, f"{stage.count:,.0f}", each, duration(stage.seconds), share)
    table.add_section()
    table.add_row("in all", "", "", duration(estimate.seconds), "")
    emit(table)
    if study.configuration.fitness.shortcuts:
        emit("The attacks of the search are counted whole: what shortcuts leave out is told by no rehearsal.")
    dominant = estimate.dominant
    setting = next(text for name, text in WHAT_SETS.items() if dominant.name.startswith(name))
    emit(f"Most of it, {percent(dominant.seconds / estimate.seconds)}, is {dominant.name}. What sets it: {setting}.")
    if hours is not None:
        recorded = len(study.results.trials)
        emit(
            f"In {hours:g} hours: about {recorded + estimate.trials_within(hours)} trials (--trials), finals included."
        )


def _print_disk(estimate: "Estimate", free: int) -> None:
    parts = ", ".join(f"{name} {_size(size)}" for name, size in estimate.disk_bytes.items() if size)
    needed = sum(estimate.disk_bytes.values())
    emit(f"\nDisk: {_size(needed)} ({parts}); {_size(free)} are free.")
    if needed > free:
        emit("That is not enough room. Give another folder with --run.")


def _size(number: float) -> str:
    return f"{number / 2**30:.1f} GiB" if number >= 2**30 else f"{number / 2**20:.0f} MiB"


def _existing(folder: Path) -> Path:
    """Returns the folder itself or the nearest one above it that exists."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
