"""`rosearch retrain`: one architecture of a run, trained from scratch at full fidelity."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rosearch.cli.console import emit, emit_json, emit_long
from rosearch.cli.options import (
    HoursOption,
    JsonOption,
    OfflineOption,
    RunArgument,
    SchemeOption,
    TrialArgument,
    WorkersOption,
    assignments_of,
)

if TYPE_CHECKING:
    from rosearch.search.results import Results
    from rosearch.search.retraining import Retraining

SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="As fitness.scheme.schedule.epochs=12; other keys are the run's.",
        show_default=False,
    ),
]


def command(
    run: RunArgument,
    trial: TrialArgument = None,
    seeds: Annotated[int, typer.Option("--seeds", min=1, metavar="N", help="Trainings, with the seeds 0 to N-1.")] = 3,
    assignments: SetOption = None,
    scheme: SchemeOption = None,
    workers: WorkersOption = None,
    hours: HoursOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Also write the student of seed 0 here.", show_default=False),
    ] = None,
    offline: OfflineOption = False,  # noqa: ARG001 - acts on its own
    json: JsonOption = False,
) -> None:
    """Train a trial's architecture from scratch with all steps and measure it on test; the same command resumes."""
    from rosearch.cli.evaluating import evaluating
    from rosearch.cli.show import choose_trial
    from rosearch.core.errors import InputError
    from rosearch.search.retraining import Retraining
    from rosearch.search.study import Study

    if out is not None and out.exists():
        raise InputError(f"{out}: is there already, and nothing is overwritten. Give another folder.")
    study = Study.open(run)
    overrides = assignments_of(assignments, scheme=scheme, workers=workers)
    retraining = Retraining.of(study, choose_trial(study, study.results, trial), assignments=overrides)
    with evaluating(retraining.configuration.fitness, hours) as work:
        results = retraining.run(seeds=seeds, listener=work.hear, stop=work.stop)
    if results.finals:
        if out is not None:
            shutil.copytree(retraining.files(0) / "student", out)
        _report(retraining, results, as_json=json)
    if len(results.finals) < seeds:
        work.say_why_it_ended()


def _report(retraining: "Retraining", results: "Results", *, as_json: bool) -> None:
    """Prints what the trainings on record are worth on test, beside the run's own where they were measured alike."""
    from rosearch.cli.tables import QUOTED, cost_table, flag_lines, over_all_table, robustness_table, unchanged_table
    from rosearch.search.summary import final_rows

    recorded, fitness = retraining.study.results, retraining.configuration.fitness
    teacher = [item for item in recorded.finals if item.name == "teacher"]
    *_, row = final_rows(replace(results, finals=(*teacher, *results.finals)))
    if as_json:
        students = [str(retraining.files(item.repeat) / "student") for item in results.finals]
        emit_json({"folder": str(retraining.folder), "students": students, **row.to_record()})
        return
    alike = fitness.full_fidelity == retraining.study.configuration.fitness.full_fidelity
    named = replace(row, name=f"trial {retraining.trial.index}, retrained", trial=None)
    rows = [*(final_rows(recorded) if alike else ()), named]
    emit(robustness_table(rows, fitness.attacked_labels))
    emit(f"{QUOTED}\n")
    if flagged := flag_lines(rows):
        emit(flagged)
    if fitness.attacked_labels:
        emit(over_all_table(rows, fitness.attacked_labels))
    if (unchanged := unchanged_table(rows)) is not None:
        emit(unchanged)
    emit(cost_table(rows))
    emit_long(f"record    {retraining.folder}/journal.jsonl\nstudents  {retraining.folder}/*/student")
