"""`rosearch status`: where a search stands."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rosearch.cli.console import JsonOption, emit, emit_json

if TYPE_CHECKING:
    from rosearch.search.study import Study

RunArgument = Annotated[Path, typer.Argument(help="A run directory.")]


def command(run: RunArgument, json: JsonOption = False) -> None:
    """Show where a search stands: trials, front, finals, time left."""
    from rosearch.search.study import Study

    study = Study.open(run)
    if json:
        emit_json(describe(study))
    else:
        report(study)


def describe(study: "Study") -> dict[str, Any]:
    """Returns a study's state as plain data."""
    from rosearch.search.summary import final_rows

    results, search = study.results, study.configuration.search
    seconds = [trial.seconds for trial in results.trials]
    left = max(0, search.trials - len(results.trials))
    return {
        "run": str(study.directory.path),
        "finished": study.finished,
        "trials": len(results.trials),
        "trials_wanted": search.trials,
        "failed": sum(trial.status == "failed" for trial in results.trials),
        "infeasible": sum(trial.status == "done" and not trial.feasible for trial in results.trials),
        "trial_s": sum(seconds) / len(seconds) if seconds else None,
        "search_left_s": left * sum(seconds) / len(seconds) if seconds else None,
        "teacher": results.teacher,
        "fitness_formula": study.configuration.fitness.environmental.formula,
        "front": [trial.to_record() for trial in results.front],
        "finals": [row.to_record() for row in final_rows(results)],
    }


def report(study: "Study") -> None:
    """Prints a study's state for people."""
    from rosearch.cli.tables import finals_table, front_table, percent
    from rosearch.search.summary import final_rows

    state, results = describe(study), study.results
    progress = f"{state['trials']} of {state['trials_wanted']} trials"
    oddities = [f"{state[name]} {name}" for name in ("failed", "infeasible") if state[name]]
    left = f"about {state['search_left_s'] / 60:.0f} min of search left" if state["search_left_s"] else ""
    typer.echo(", ".join([progress, *oddities, *([left] if left else [])]))
    if results.teacher:
        typer.echo(f"teacher: dev accuracy {percent(results.teacher['dev_accuracy'])}")
    if results.front:
        emit(front_table(results.front, study.configuration.fitness.environmental))
    if rows := final_rows(results):
        emit(finals_table(rows))
    path = study.directory.path
    typer.echo(f"record: {path}/journal.jsonl   students: {path}/trials/*/student, {path}/finalists/*/*/student")
    if results.front:
        typer.echo(f"next: rosearch show {path}   rosearch analyze {path}")
