"""`rosearch teach`: prepares only the teacher of a run."""

from typing import TYPE_CHECKING, Any

from rosearch.cli.console import emit_json, emit_long, messages, tell
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
    from rosearch.teachers.teacher import PreparedTeacher


def command(
    config: ConfigArgument,
    run: RunOption = None,
    assignments: SetOption = None,
    trials: TrialsOption = None,
    hours: HoursOption = None,
    workers: WorkersOption = None,
    scheme: SchemeOption = None,
    skip_bad_rows: SkipOption = False,
    offline: OfflineOption = False,  # noqa: ARG001 - acts on its own
    json: JsonOption = False,
) -> None:
    """Prepare the teacher of a run: fine-tuning and its outputs for all training texts; `search` goes on from there."""
    from rosearch.cli.progress import showing_progress
    from rosearch.cli.tables import percent
    from rosearch.cli.time_limit import TimeLimit

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
        teacher = study.teach(listener=display, stop=TimeLimit(hours))
    if teacher is None:
        tell(f"Stopped after {hours:g} hours, as asked; the same command goes on from here.")
        return
    state = describe(study, teacher)
    if json:
        emit_json(state)
        return
    emit_long(
        f"teacher   {f'{teacher.parameters:,} weights' if teacher.parameters else 'a file of answers'}, "
        f"{percent(teacher.dev_accuracy)} of dev right"
        f"{', fine-tuned' if teacher.fine_tuned else ''}\n"
        f"folder    {state['folder']}   ({state['bytes'] / 2**20:.0f} MiB)\n"
        f"next      rosearch search {config} --run {study.directory.path}"
    )


def describe(study: "Study", teacher: "PreparedTeacher") -> dict[str, Any]:
    """Returns what was prepared as plain data.

    Args:
        study: Whose teacher it is.
        teacher: Ready.
    """
    from rosearch.cost.memory import bytes_on_disk

    return {
        "run": str(study.directory.path),
        "folder": str(teacher.folder),
        "bytes": bytes_on_disk(teacher.folder),
        **teacher.to_record(),
    }
