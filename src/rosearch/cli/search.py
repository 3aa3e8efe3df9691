"""`rosearch search`: runs a study, or goes on with it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, final

import typer

from rosearch.cli.console import JsonOption, emit_json, messages
from rosearch.core.events import Event, Listener, Progress

if TYPE_CHECKING:
    from rosearch.search.study import Study


def command(
    config: Annotated[Path, typer.Argument(help="A search as TOML, such as configs/quickstart.toml.")],
    run: Annotated[
        Path | None,
        typer.Option("--run", help="Run directory; runs/<name of the TOML> by default.", show_default=False),
    ] = None,
    assignments: Annotated[
        list[str] | None, typer.Option("--set", help="section.key=value, laid over the TOML.", show_default=False)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and say what would be done.")] = False,
    json: JsonOption = False,
) -> None:
    """Search for robust students; the same command resumes, and says so when all is done."""
    from rosearch.cli.progress import showing_progress
    from rosearch.cli.status import describe, report
    from rosearch.search.configuration import Configuration
    from rosearch.search.study import Study

    configuration = Configuration.read(config, overrides=assignments or ())
    study = Study.from_configuration(configuration, run or Path("runs") / config.stem)
    if dry_run:
        _explain(study)
        return
    finished_before = study.finished
    with stop_on_interrupt() as stop, showing_progress(messages) as listener:
        study.run(listener=TrialLines(listener), stop=stop)
    if finished_before:
        messages.print(f"{study.directory.path}: everything was done before; nothing has changed.", highlight=False)
    if json:
        emit_json(describe(study))
    else:
        report(study)
    if stop():
        raise KeyboardInterrupt


@final
class TrialLines:
    """Adds to the progress a bar for the trials, and a line with the front for each that is recorded.

    Args:
        listener: Shows progress and notices.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def __call__(self, event: Event) -> None:
        """Shows one event."""
        from rosearch.search.driver import FinalRecorded, TrialRecorded

        self._listener(event)
        if isinstance(event, TrialRecorded):
            self._trial(event)
        elif isinstance(event, FinalRecorded):
            detail = f"last: {event.evaluation.name}"
            self._listener(Progress(stage="finals", done=event.done, total=event.total, unit="models", detail=detail))

    def _trial(self, event: "TrialRecorded") -> None:  # type: ignore[name-defined]  # noqa: F821
        from rosearch.cli.tables import millions, percent
        from rosearch.core.events import Notice

        trial, front = event.trial, event.results.front
        if trial.error:
            text = f"trial {trial.index} failed: {trial.error}"
        else:
            flags = "" if trial.feasible else ", less accurate than the bag of embeddings"
            text = (
                f"trial {trial.index} ({trial.proposal.operator}): robustness {percent(trial.robustness)}, balanced "
                f"accuracy {percent(trial.metric('balanced_accuracy'))}, {millions(trial.metric('parameters'))}{flags}; "
                f"front: {', '.join(str(member.index) for member in front) or 'empty'}"
            )
        self._listener(Notice(text=text))
        done = len(event.results.trials)
        self._listener(Progress(stage="search", done=done, total=event.total, unit="trials"))


@contextmanager
def stop_on_interrupt() -> Iterator["Stop"]:
    """Lets the first Ctrl-C ask for an end after the running trial, and the second one interrupt at once.

    Yields:
        A function that says whether the end was asked for.
    """
    stop = Stop()
    before = signal.signal(signal.SIGINT, stop.interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


@final
class Stop:
    """Whether a person asked for the end."""

    def __init__(self) -> None:
        self._asked = False

    def __call__(self) -> bool:
        """Says whether the end was asked for."""
        return self._asked

    def interrupt(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a signal handler's arguments
        """Takes a Ctrl-C."""
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        messages.print("Finishing what is under way; Ctrl-C again stops at once.")


def _explain(study: "Study") -> None:
    from rosearch.store.toml import to_toml

    search = study.configuration.search
    typer.echo(to_toml(study.configuration.to_config()))
    recorded = len(study.results.trials)
    messages.print(
        f"Valid. {recorded} of {search.trials} trials are on record in {study.directory.path}; then "
        f"{search.finalists} finalists and the baselines, {search.repeats} training(s) each. Nothing was run.",
        highlight=False,
    )
