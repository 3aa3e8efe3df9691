"""Where an exported student comes from: a folder of its own, or a trial of a run. Reading only; no torch."""

from dataclasses import dataclass
from pathlib import Path
from typing import final

from rosearch.core.errors import InputError
from rosearch.search.finals import choose_finalists
from rosearch.search.pruning import student_path
from rosearch.search.results import Results
from rosearch.search.study import Study
from rosearch.store.records import Trial
from rosearch.students.record import RECORD_FILE, holds_student


@final
@dataclass(frozen=True, kw_only=True)
class Origin:
    """A student on disk, and what is recorded of it.

    Args:
        folder: The student's own.
        study: The run that it was found in; None for a student by itself.
        trial: Its trial; None for a student by itself.
        finalist: Whether it was trained again at full fidelity, rather than as the search trained it.
    """

    folder: Path
    study: Study | None = None
    trial: Trial | None = None
    finalist: bool = False

    @classmethod
    def find(cls, model: Path, trial: int | None = None) -> "Origin":
        """Finds the student that a person means.

        Args:
            model: A student's folder, or a run directory.
            trial: Of a run, the trial; None for the best by environmental fitness, a finalist where there is one.

        Raises:
            InputError: If there is no such student.
        """
        if (model / "run.toml").is_file():
            study = Study.open(model)
            return _in_run(study, study.results, trial)
        if not holds_student(model):
            raise InputError(
                f"{model}: neither a student's folder (it has no {RECORD_FILE}) nor a run directory (it has no "
                "run.toml). Give one that a search wrote, "
                "such as runs/mine or runs/mine/finalists/0003-9f3a1c/0/student."
            )
        if trial is not None:
            raise InputError(f"{model}: is a student, and has no trial {trial}. Leave the number out.")
        return cls(folder=model)


def _in_run(study: Study, results: Results, index: int | None) -> Origin:
    if index is None:
        front = results.front
        trials = choose_finalists(front, study.configuration.fitness.environmental, count=len(front))
        if not trials:
            raise InputError(f"{study.directory.path}: the front is still empty. Search on, or name a trial.")
    else:
        trials = tuple(trial for trial in results.trials if trial.index == index)
        if not trials:
            raise InputError(f"{study.directory.path}: there is no trial {index}. rosearch status lists them.")
    for trial in trials:
        folder = study.directory.finalist_path(trial.proposal, repeat=0) / "student"
        if (folder / RECORD_FILE).is_file():
            return Origin(folder=folder, study=study, trial=trial, finalist=True)
    folder = student_path(study.directory, trials[0])
    if not (folder / RECORD_FILE).is_file():
        why = "it left the front, and was pruned (search.keep)" if trials[0].index in results.pruned else "it failed"
        raise InputError(f"{folder}: the student of trial {trials[0].index} is not there: {why}. Name another trial.")
    return Origin(folder=folder, study=study, trial=trials[0])
