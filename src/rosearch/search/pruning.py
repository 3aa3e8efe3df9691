"""Weights of trials that are not on the front take room and no part in what follows: they go as the search goes.

A trial that is dominated once is dominated for good, and finalists are trained from scratch, so nothing asks for these
weights again. The journal says first which trials lose theirs; a kill in between leaves the rest to the next run. What
the trials withstood, text by text, stays.
"""

import shutil
from collections.abc import Collection
from pathlib import Path

from rosearch.search.results import PRUNED, Recorder, Results
from rosearch.store.records import Trial
from rosearch.store.run_directory import RunDirectory


def prune(recorder: Recorder, directory: RunDirectory) -> None:
    """Takes the weights of all trials that are not on the front, the recorded way.

    Args:
        recorder: Gets a record where trials have left the front since the last one.
        directory: Holds the weights.
    """
    front = {trial.index for trial in recorder.results.front}
    left = [trial.index for trial in recorder.results.with_weights if trial.index not in front]
    if left:
        recorder.record(PRUNED, {"trials": left})
        _remove(left, recorder.results, directory)


def finish_pruning(results: Results, directory: RunDirectory) -> None:
    """Takes the weights that a killed run had said to be going.

    Args:
        results: What is recorded.
        directory: Holds the weights.
    """
    _remove(results.pruned, results, directory)


def student_path(directory: RunDirectory, trial: Trial) -> Path:
    """Returns where the student of a trial lies, or lay."""
    return directory.trial_path(trial.proposal) / "student"


def _remove(indices: Collection[int], results: Results, directory: RunDirectory) -> None:
    for trial in results.trials:
        folder = student_path(directory, trial)
        if trial.index in indices and folder.exists():
            shutil.rmtree(folder)
