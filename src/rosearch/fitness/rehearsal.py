"""Times the parts of a search on a few of the task's own texts, so that its cost can be told beforehand."""

import os
import time
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import final

import numpy as np

from rosearch.core.events import Listener
from rosearch.core.protocols import Text, Victim
from rosearch.core.rng import SeedTree
from rosearch.cost.memory import bytes_on_disk
from rosearch.data.task import Split, Task
from rosearch.device import threads
from rosearch.distillation.hard_labels import HardLabels
from rosearch.fitness.evaluation import Candidate
from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.fitness import Fitness
from rosearch.fitness.measurement import Measurement, measure
from rosearch.fitness.stopwatch import Stopwatch
from rosearch.fitness.times import AttackNeeds, StudentTimes, TeacherTimes
from rosearch.fitness.workbench import Workbench
from rosearch.space.architecture import InputGenes
from rosearch.students.standard import uniform_transformer
from rosearch.students.student import Student
from rosearch.teachers.teacher import PreparedTeacher, Teacher

TEXTS = 512
"""Texts that the teacher is asked for, and that steps are timed on."""

STEPS = 4
"""Distillation steps of a student that is timed; the first is not counted."""

ATTACKED = 48
"""Texts that the pilot is attacked on."""

PILOT_STEPS = 1500
"""Steps of the pilot at most: a bag of embeddings takes a few milliseconds for each."""

WEIGHT_BYTES = 4


def rehearse_teacher(
    source: Teacher | PreparedTeacher, task: Task, folder: Path, fitness: Fitness, *, seed: int, listener: Listener
) -> tuple[PreparedTeacher, TeacherTimes]:
    """Prepares a teacher in brief, or takes one that is ready, and asks it for a few texts.

    Args:
        source: Which teacher; nothing is written to the folder of one that is ready.
        task: What it must classify.
        folder: An empty one for its files.
        fitness: Says which of its outputs are wanted.
        seed: Of the study.
        listener: Hears the progress.

    Raises:
        TeacherError: If it cannot be loaded or does not fit the task.
    """
    few, watch, start, steps = few_texts(task, seed=seed), Stopwatch(listener), time.perf_counter(), 0
    if isinstance(source, PreparedTeacher):
        teacher = source.copied(folder)
    else:
        brief = source.in_brief()
        teacher = brief.prepare(few, folder, seeds=SeedTree(seed).child("teacher"), listener=watch)
        steps = brief.training_steps(len(few.train)) if teacher.fine_tuned else 0
    prepared_s, model_bytes = time.perf_counter() - start, bytes_on_disk(folder)
    teacher.outputs(few.train.texts, with_tokens=fitness.scheme.uses_tokens, listener=watch)
    answer_s: float | None = None
    if teacher.can_be_attacked:
        with threads(os.cpu_count() or 1):
            answer_s = seconds_per_text(teacher.victim(), few.dev.texts)
    step_s = watch.unit_s("fine-tuning")
    return teacher, TeacherTimes(
        load_s=max(0.0, prepared_s - steps * step_s),
        step_s=step_s,
        output_s=watch.unit_s("outputs"),
        answer_s=answer_s,
        model_bytes=model_bytes,
        output_bytes=(bytes_on_disk(folder) - model_bytes) / len(few.train),
    )


@final
class Rehearsal:
    """Times students on a task with a teacher that need not have learnt it yet.

    Args:
        task: The whole one.
        teacher: Prepared, at least in brief.
        fitness: Scheme, attacks and fidelities.
        seed: Of the study.
        thread_count: Threads per student.
    """

    def __init__(self, *, task: Task, teacher: PreparedTeacher, fitness: Fitness, seed: int, thread_count: int) -> None:
        self._task, self._fitness, self._seed, self._thread_count = task, fitness, seed, thread_count
        self._few = Workbench(
            task=few_texts(task, seed=seed), teacher=teacher, fitness=fitness, seed=seed, thread_count=thread_count
        )
        self._whole = Workbench(task=task, teacher=teacher, fitness=fitness, seed=seed, thread_count=thread_count)

    def transformer_like(self, candidate: Candidate) -> Candidate:
        """Returns the uniform Transformer of the size of another student."""
        if candidate.architecture is None:
            raise ValueError(f"{candidate.name} is no student")
        architecture = uniform_transformer(
            like=candidate.architecture, vocabulary_size=self._few.vocabulary_size, classes=self._task.classes
        )
        return replace(candidate, name="Transformer", architecture=architecture)

    def prepare(self, listener: Listener, *, inputs: Iterable[InputGenes]) -> None:
        """Loads what every candidate needs; see ``Workbench.prepare``."""
        self._few.prepare(listener, inputs=inputs)

    def time_student(self, candidate: Candidate) -> StudentTimes:
        """Builds a student, trains it for a few steps and asks it for a few texts.

        Args:
            candidate: What to build and how to train it.

        Raises:
            DivergenceError: If it gives values that are not finite.
        """
        watch, start = Stopwatch(), time.perf_counter()
        with threads(self._thread_count):
            student, report = self._few.make(candidate, self._brief(candidate), watch)
            made_s = time.perf_counter() - start
            answer_s = seconds_per_text(student, self._attacked.texts)
        if not isinstance(student, Student) or report is None:
            raise TypeError(f"{candidate.name} is no student")
        step_s = watch.unit_s("training") or report.seconds / report.steps
        parameters = sum(weight.numel() for weight in student.network.parameters())
        build_s = max(0.0, made_s - report.steps * step_s)
        return StudentTimes(build_s=build_s, step_s=step_s, answer_s=answer_s, parameters=float(parameters))

    def attack_pilot(self, candidate: Candidate, folder: Path, listener: Listener) -> AttackNeeds:
        """Trains a student on the task's labels, and attacks it with everything that finalists meet.

        Args:
            candidate: A student that is quickly trained; its scheme gives no more than the schedule.
            folder: Where its files and results may be written.
            listener: Hears the progress.
        """
        if candidate.scheme is None:
            raise ValueError(f"{candidate.name}: a student needs a scheme")
        alone = replace(candidate, scheme=HardLabels(schedule=candidate.scheme.schedule))
        steps = candidate.scheme.schedule.steps(len(self._task.train))
        task = replace(self._task, dev=self._attacked, test=self._attacked)
        fidelity = self._fidelity(share=min(1.0, PILOT_STEPS / steps))
        with threads(self._thread_count):
            student, _ = self._whole.make(alone, fidelity, listener)
            answer_s = seconds_per_text(student, self._attacked.texts)
            start = time.perf_counter()
            measured = measure(
                student, task, fidelity, budgets=self._fitness.budgets, seed=self._seed, listener=listener
            )
            spent_s = time.perf_counter() - start
        computed = sum(result.computed_queries for results in measured.results.values() for result in results)
        measured.write(folder / "attacks")
        assert isinstance(student, Student)  # noqa: S101  # it has an architecture
        student.save_pretrained(folder / "student")
        weights = WEIGHT_BYTES * sum(weight.numel() for weight in student.network.parameters())
        return AttackNeeds(
            right=measured.metrics["accuracy"],
            queries=_queries(measured),
            beside_s=spent_s / max(1, computed) - answer_s,
            text_bytes=bytes_on_disk(folder / "attacks") / sum(map(len, measured.results.values())),
            student_bytes=max(0.0, bytes_on_disk(folder / "student") - weights),
        )

    @cached_property
    def _attacked(self) -> Split:
        return _few_of(self._task.dev, ATTACKED, seed=self._seed, name="dev")

    def _brief(self, candidate: Candidate) -> Fidelity:
        schedule = (candidate.scheme or self._fitness.scheme).schedule
        return self._fidelity(share=min(1.0, STEPS / schedule.steps(len(self._few.task.train))))

    def _fidelity(self, *, share: float) -> Fidelity:
        return replace(self._fitness.full_fidelity, name="search", share=share, split="dev", examples=ATTACKED)


def few_texts(task: Task, *, seed: int) -> Task:
    """Returns a small part of a task, with every class in its training texts.

    Args:
        task: The whole one.
        seed: Decides which texts.
    """
    return replace(
        task,
        unlabelled=(),
        train=_few_of(task.train, TEXTS, seed=seed, name="train", classes=task.classes),
        dev=_few_of(task.dev, ATTACKED, seed=seed, name="dev"),
        test=_few_of(task.test, ATTACKED, seed=seed, name="test"),
    )


def seconds_per_text(victim: Victim, texts: tuple[Text, ...]) -> float:
    """Returns how long a model takes for a text among many, the quicker of two times, in seconds.

    Args:
        victim: The model.
        texts: Given to it several times over, as attacks give it many texts of like length.
    """
    many = (texts * -(-256 // len(texts)))[:256]
    victim.logits(texts)
    times = []
    for _ in range(2):
        start = time.perf_counter()
        victim.logits(many)
        times.append(time.perf_counter() - start)
    return min(times) / len(many)


def _few_of(split: Split, count: int, *, seed: int, name: str, classes: int = 0) -> Split:
    rng = SeedTree(seed).child("rehearsal", name).generator()
    rows = rng.permutation(len(split))
    first = [int(rows[np.flatnonzero(split.labels[rows] == label)[0]]) for label in range(classes)]
    chosen = list(dict.fromkeys([*first, *rows.tolist()]))[: max(count, len(first))]
    return split.take(sorted(chosen))


def _queries(measured: Measurement) -> dict[str, float]:
    attacked = {
        name: [result.computed_queries for result in results if result.status != "skipped"]
        for name, results in measured.results.items()
    }
    return {name: float(np.mean(queries)) if queries else 0.0 for name, queries in attacked.items()}
