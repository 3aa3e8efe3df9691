"""Which student a person means: a folder, a trial, or a run's best."""

import shutil
from pathlib import Path

import pytest

from rosearch.core.errors import InputError
from rosearch.export.origin import Origin
from rosearch.search.finals import choose_finalists
from rosearch.search.study import Study


@pytest.fixture
def run(toy_study: Path, tmp_path: Path) -> Path:
    return shutil.copytree(toy_study / "run", tmp_path / "run")


def test_the_best_by_fitness_is_a_runs_student_as_it_was_retrained(run: Path) -> None:
    origin, study = Origin.find(run), Study.open(run)
    (best,) = choose_finalists(study.results.front, study.configuration.fitness.environmental, count=1)
    assert origin.trial == best
    assert origin.finalist
    assert origin.folder == study.directory.finalist_path(best.proposal, repeat=0) / "student"


def test_a_trial_is_taken_as_the_search_trained_it_where_it_was_not_confirmed(run: Path) -> None:
    study = Study.open(run)
    shutil.rmtree(run / "finalists")
    other = study.results.front[-1]
    origin = Origin.find(run, other.index)
    assert origin.trial == other
    assert not origin.finalist
    assert origin.folder == study.directory.trial_path(other.proposal) / "student"


def test_a_folder_is_its_own_student(run: Path) -> None:
    folder = Origin.find(run).folder
    assert Origin.find(folder) == Origin(folder=folder)


def test_what_is_not_there_is_named(run: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no trial 99"):
        Origin.find(run, 99)
    with pytest.raises(InputError, match="neither a student's folder"):
        Origin.find(tmp_path)
    with pytest.raises(InputError, match="is a student, and has no trial 3"):
        Origin.find(Origin.find(run).folder, 3)
    shutil.rmtree(run / "finalists")
    shutil.rmtree(run / "trials")
    member, pruned = Study.open(run).results.front[0].index, min(Study.open(run).results.pruned)
    with pytest.raises(InputError, match=rf"student: the student of trial {member} is not there: it failed"):
        Origin.find(run, member)
    with pytest.raises(InputError, match=rf"student of trial {pruned} is not there: it left the front, and was pruned"):
        Origin.find(run, pruned)
