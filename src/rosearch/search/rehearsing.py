"""Rehearses a search in a temporary folder: what cannot work fails here, and what works is timed."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rosearch.core.events import Listener, Progress, ignore
from rosearch.core.machine import usable_cores
from rosearch.core.rng import SeedTree
from rosearch.fitness.evaluation import Candidate
from rosearch.search.estimate import Estimate, Estimator, Rehearsed, TextCounts
from rosearch.search.finals import bag_candidate
from rosearch.teachers.teacher import PreparedTeacher

if TYPE_CHECKING:
    from rosearch.data.task import Task
    from rosearch.fitness.rehearsal import Rehearsal
    from rosearch.fitness.times import StudentTimes
    from rosearch.search.study import Study

STUDENTS = 20
"""Random students that are built and trained for a few steps."""


def estimate(study: "Study", task: "Task", *, listener: Listener = ignore) -> Estimate:
    """Rehearses a search and tells what it will cost from where it stands.

    Args:
        study: What is to be done, and what of it is on record.
        task: The study's, loaded.
        listener: Hears the progress.

    Raises:
        InputError: See ``rehearse``.
        DivergenceError: See ``rehearse``.
    """
    rehearsed = rehearse(study, task, listener=listener)
    texts, cores = TextCounts.of(task), usable_cores()
    return Estimator(study.configuration, texts, study.results, rehearsed, cores=cores).estimate()


def rehearse(study: "Study", task: "Task", *, listener: Listener = ignore) -> Rehearsed:
    """Builds random students and trains them for a few steps, and attacks one that is trained quickly.

    Args:
        study: What is to be done; nothing is written to its run directory.
        task: The study's, loaded.
        listener: Hears the progress.

    Raises:
        InputError: If the teacher cannot be loaded or a lexicon cannot be had.
        DivergenceError: If a random student gives values that are not finite.
    """
    with tempfile.TemporaryDirectory(prefix="rosearch-check-") as folder:
        return _rehearse(study, task, Path(folder), listener)


def _rehearse(study: "Study", task: "Task", folder: Path, listener: Listener) -> Rehearsed:
    from rosearch.fitness.rehearsal import Rehearsal, rehearse_teacher

    configuration, path = study.configuration, study.directory.teacher_path
    fitness, seed = configuration.fitness, configuration.seed
    whole = PreparedTeacher.open(path) if (path / "teacher.json").is_file() else None
    teacher, times = rehearse_teacher(
        whole or configuration.teacher, task, folder / "teacher", fitness, seed=seed, listener=listener
    )
    rehearsal = Rehearsal(
        task=task, teacher=teacher, fitness=fitness, seed=seed, thread_count=configuration.search.threads
    )
    rehearsal.prepare(listener, inputs=configuration.space.inputs)
    bag = bag_candidate(fitness, rank=max(configuration.space.ranks))
    needs = rehearsal.attack_pilot(bag, folder / "pilot", listener)
    candidates = _random_candidates(study)
    students = _time_students(rehearsal, candidates, listener)
    middle = sorted(range(len(students)), key=lambda number: students[number].parameters)[len(students) // 2]
    missing = whole.missing_outputs(task.train.texts, with_tokens=fitness.scheme.uses_tokens) if whole else None
    return Rehearsed(
        teacher=times,
        missing_outputs=missing,
        needs=needs,
        bag=rehearsal.time_student(bag),
        transformer=rehearsal.time_student(rehearsal.transformer_like(candidates[middle])),
        students=tuple(students),
    )


def _random_candidates(study: "Study") -> list[Candidate]:
    configuration = study.configuration
    rng = SeedTree(configuration.seed).child("rehearsal", "architectures").generator()
    drawn = [configuration.space.sample(rng=rng) for _ in range(STUDENTS)]
    scheme = configuration.fitness.scheme
    return [Candidate(name=item.architecture_id, architecture=item, scheme=scheme) for item in drawn]


def _time_students(rehearsal: "Rehearsal", candidates: list[Candidate], listener: Listener) -> "list[StudentTimes]":
    times = []
    for done, candidate in enumerate(candidates, start=1):
        times.append(rehearsal.time_student(candidate))
        listener(Progress(stage="check: random students", done=done, total=len(candidates), unit="students"))
    return times
