"""`rosearch search`: runs a study, or goes on with it."""

from typing import TYPE_CHECKING, Annotated

import typer

from rosearch.cli.console import emit_json, messages, tell
from rosearch.cli.options import (
    ConfigArgument,
    HoursOption,
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
    from rosearch.search.study import Study

FreshOption = Annotated[
    bool, typer.Option("--fresh", help="Begin anew; a run that is there already is renamed, never deleted.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Check everything and say what would be done.")]


def command(
    config: ConfigArgument,
    run: RunOption = None,
    assignments: SetOption = None,
    trials: TrialsOption = None,
    hours: HoursOption = None,
    workers: WorkersOption = None,
    scheme: SchemeOption = None,
    fresh: FreshOption = False,
    dry_run: DryRunOption = False,
    skip_bad_rows: SkipOption = False,
    offline: OfflineOption = False,  # noqa: ARG001 - acts on its own
    json: JsonOption = False,
) -> None:
    """Search for robust students; the same command resumes, and says so when all is done."""
    from rosearch.cli.progress import showing_progress

    study = study_of(
        config, run, assignments=assignments, trials=trials, workers=workers, scheme=scheme, skip_bad_rows=skip_bad_rows
    )
    if dry_run:
        with showing_progress(messages) as display:
            study.check(listener=display)
        _explain(study, as_json=json)
        return
    if fresh and (place := study.directory.set_aside()):
        tell(f"The run that was in {study.directory.path} lies in {place} now.")
    _run(study, hours=hours, as_json=json)


def _run(study: "Study", *, hours: float | None, as_json: bool) -> None:
    """Runs a study until it is done, its time is up or a person asks for the end, and says where it stands."""
    from rosearch.cli.evaluating import evaluating
    from rosearch.cli.status import report

    with evaluating(study.configuration.fitness, hours) as work:
        study.run(listener=work.hear, stop=work.stop)
    report(study, as_json=as_json)
    if not study.finished:
        work.say_why_it_ended()


def _explain(study: "Study", *, as_json: bool) -> None:
    """Says what a search would do."""
    from rosearch.search.disk_use import student_room
    from rosearch.store.toml import plain, to_toml

    configuration, recorded = study.configuration, len(study.results.trials)
    search, path = configuration.search, study.directory.path
    if as_json:
        emit_json({"run": str(path), "trials": recorded, "configuration": plain(configuration.to_config())})
    else:
        typer.echo(to_toml(configuration.to_config()))
    room = student_room(configuration.space)
    stay = "those of the front stay" if search.keep == "front" else f"all {search.trials} stay"
    tell(
        f"Students take {room.mean / 2**20:.0f} MiB on average and {room.largest / 2**20:.0f} MiB at most, with "
        f"{room.vocabulary_size:,} word pieces; {stay} on disk (search.keep)."
    )
    tell(
        f"Valid. {recorded} of {search.trials} trials are on record in {path}; then come {search.finalists} finalists "
        f"and the baselines, {search.repeats} training(s) each. Nothing was run."
    )
