"""`rosearch search`: runs a study, or goes on with it."""

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, final

import typer

from rosearch.cli.console import JsonOption, OfflineOption, emit_json, messages, tell
from rosearch.core.events import Event, Notice

if TYPE_CHECKING:
    from rosearch.cli.progress import Display
    from rosearch.fitness.environmental import EnvironmentalFitness
    from rosearch.search.events import FinalRecorded, TrialRecorded
    from rosearch.search.results import Results
    from rosearch.search.study import Study

FRONT_ROWS = 8


ConfigArgument = Annotated[
    Path, typer.Argument(metavar="CONFIG", help="A search as TOML, such as configs/quickstart.toml.")
]
RunOption = Annotated[
    Path | None,
    typer.Option("--run", help="Run directory; runs/<name of the TOML> by default.", show_default=False),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Laid over the TOML, as search.trials=32.", show_default=False),
]
TrialsOption = Annotated[
    int | None, typer.Option("--trials", min=1, help="Short for --set search.trials=.", show_default=False)
]
HoursOption = Annotated[
    float | None,
    typer.Option("--hours", min=0, help="Stop after so long; the same command goes on later.", show_default=False),
]
WorkersOption = Annotated[
    int | None,
    typer.Option("--workers", min=1, help="Evaluate so many trials at a time, in processes.", show_default=False),
]
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
    fresh: FreshOption = False,
    dry_run: DryRunOption = False,
    offline: OfflineOption = False,  # noqa: ARG001 - acts on its own
    json: JsonOption = False,
) -> None:
    """Search for robust students; the same command resumes, and says so when all is done."""
    from rosearch.cli.progress import showing_progress
    from rosearch.search.configuration import Configuration
    from rosearch.search.study import Study

    overrides = list(assignments or ())
    if trials is not None:
        overrides.append(f"search.trials={trials}")
    if workers is not None:
        overrides += ["search.executor.kind=processes", f"search.executor.workers={workers}"]
    configuration = Configuration.read(config, overrides=overrides)
    study = Study.from_configuration(configuration, run or Path("runs") / config.stem)
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
    from rosearch.cli.interrupt import stop_on_interrupt
    from rosearch.cli.progress import showing_progress
    from rosearch.cli.status import report
    from rosearch.cost.memory import peak_memory_bytes

    with stop_on_interrupt() as stop, showing_progress(messages) as display:
        lines = SearchLines(display, study.configuration.fitness.environmental)
        limit = TimeLimit(hours)
        study.run(listener=lines, stop=lambda: stop() or limit())
    if lines.measured:
        tell(f"Peak memory of this process: {peak_memory_bytes() / 2**30:.2f} GiB")
    report(study, as_json=as_json)
    if study.finished:
        return
    if stop():
        raise KeyboardInterrupt
    if limit():
        tell(f"Stopped after {hours:g} hours, as asked; the same command goes on from here.")


@final
class TimeLimit:
    """Says whether a search has had its time.

    Args:
        hours: From now; None sets no limit.
    """

    def __init__(self, hours: float | None) -> None:
        self._end_s = math.inf if hours is None else time.monotonic() + hours * 3600

    def __call__(self) -> bool:
        """Says whether the time is up."""
        return time.monotonic() >= self._end_s


@final
class SearchLines:
    """Adds to the progress a line for each trial and final, and keeps the front in view.

    Args:
        display: Shows progress and notices.
        fitness: Orders the front.
    """

    def __init__(self, display: "Display", fitness: "EnvironmentalFitness") -> None:
        self.measured = False
        """Whether anything was measured yet."""
        self._display = display
        self._fitness = fitness

    def __call__(self, event: Event) -> None:
        """Shows one event."""
        from rosearch.search.events import FinalRecorded, TrialRecorded

        self.measured = self.measured or isinstance(event, TrialRecorded | FinalRecorded)
        if isinstance(event, TrialRecorded):
            self._display(Notice(text=trial_line(event)))
            self._pin_front(event.results)
        elif isinstance(event, FinalRecorded):
            self._display(Notice(text=final_line(event)))
        else:
            self._display(event)

    def _pin_front(self, results: "Results") -> None:
        from rosearch.cli.tables import front_table

        if results.front:
            self._display.pin(front_table(results.front, self._fitness, most=FRONT_ROWS))


def trial_line(event: "TrialRecorded") -> str:
    """Says in a line what became of a trial, and which trials are on the front now."""
    from rosearch.cli.tables import count, percent

    trial = event.trial
    front = f"front: {', '.join(str(member.index) for member in event.results.front) or 'empty'}"
    if trial.error:
        return f"trial {trial.index} failed: {trial.error}; {front}"
    parents = f" of {', '.join(map(str, trial.proposal.parents))}" if trial.proposal.parents else ""
    infeasible = "" if trial.feasible else ", infeasible: less accurate than the bag of embeddings"
    return (
        f"trial {trial.index} ({trial.proposal.operator}{parents}): robustness {percent(trial.robustness)}, balanced "
        f"accuracy {percent(trial.metric('balanced_accuracy'))}, {count(trial.metric('parameters'))} weights"
        f"{infeasible}; {front}"
    )


def final_line(event: "FinalRecorded") -> str:
    """Says in a line what a baseline or finalist withstood on test."""
    from rosearch.cli.tables import percent
    from rosearch.fitness.measurement import quoted

    evaluation = event.evaluation
    figures = [
        f"{recipe} {percent(quoted(evaluation.robustness, recipe).robust_accuracy)}"
        for recipe in dict.fromkeys(str(record.recipe["kind"]) for record in evaluation.robustness)
    ]
    accuracy = percent(evaluation.metrics["accuracy"])
    return f"on test {event.done}/{event.total}, {event.label}: accuracy {accuracy}, under {', '.join(figures)}"


def _explain(study: "Study", *, as_json: bool) -> None:
    """Says what a search would do."""
    from rosearch.store.toml import plain, to_toml

    configuration, recorded = study.configuration, len(study.results.trials)
    search, path = configuration.search, study.directory.path
    if as_json:
        emit_json({"run": str(path), "trials": recorded, "configuration": plain(configuration.to_config())})
    else:
        typer.echo(to_toml(configuration.to_config()))
    tell(
        f"Valid. {recorded} of {search.trials} trials are on record in {path}; then come {search.finalists} finalists "
        f"and the baselines, {search.repeats} training(s) each. Nothing was run."
    )
