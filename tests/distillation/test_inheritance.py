"""Inherited texts: a training leaves what beats its student on training texts, and its children learn from that."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from rosearch.attacks.deepwordbug import DeepWordBug
from rosearch.attacks.pwws import PWWS
from rosearch.core.rng import SeedTree
from rosearch.data.task import Task
from rosearch.device import seeded
from rosearch.distillation.adversaries.inherited_texts import InheritedTexts
from rosearch.distillation.robust import Robust
from rosearch.distillation.schedule import Schedule
from rosearch.distillation.trainer import TrainingReport, train
from rosearch.distillation.training_set import TextSource, TrainingSet
from rosearch.lexicons.table import Table
from rosearch.space.space import DagSpace
from rosearch.students.network import StudentNetwork
from rosearch.students.student import Student
from rosearch.teachers.teacher import PreparedTeacher

Trained = tuple[Student, TrainingReport]


@pytest.fixture(scope="module")
def scheme(toy_lexicon: Path) -> Robust:
    attacks = (PWWS(lexicon=Table(path=str(toy_lexicon))), DeepWordBug())
    inherited = InheritedTexts(attacks=attacks, texts=60, weight=2.0)
    schedule = Schedule(epochs=4, batch_size=16, learning_rate=1e-2)
    return Robust(schedule=schedule, adversaries=(inherited,), perturbed=0.0, consistency=0.0)


@pytest.fixture(scope="module")
def data(prepared_teacher: PreparedTeacher, task: Task) -> TrainingSet:
    source = TextSource(
        texts=task.train.texts, tokenizer=prepared_teacher.tokenizer(), max_length=prepared_teacher.max_length
    )
    return TrainingSet(
        encoded=source.encode(source.texts),
        labels=task.train.labels,
        outputs=prepared_teacher.outputs(task.train.texts),
        source=source,
    )


@pytest.fixture(scope="module")
def trained(prepared_teacher: PreparedTeacher, task: Task, scheme: Robust) -> Callable[[TrainingSet], Trained]:
    architecture = DagSpace.preset("tiny").sample(rng=np.random.default_rng(3))

    def trained(data: TrainingSet) -> Trained:
        with seeded(0):
            network = StudentNetwork(
                architecture, vocabulary_size=len(prepared_teacher.word_embeddings()), classes=task.classes
            )
        report = train(network, data, scheme, seeds=SeedTree(0), precision="float32")
        student = Student(network, prepared_teacher.tokenizer(), label_names=task.label_names, max_length=32)
        return student, report

    return trained


@pytest.fixture(scope="module")
def parent(trained: Callable[[TrainingSet], Trained], data: TrainingSet) -> Trained:
    return trained(replace(data, inherited={}))


def test_what_is_left_beats_the_student_on_training_texts(parent: Trained, task: Task) -> None:
    student, report = parent
    rows = list(report.left)
    assert len(rows) > 5
    assert report.to_record()["left"] == len(rows)
    labels = task.train.labels[rows]
    assert (student.logits([task.train.texts[row] for row in rows]).argmax(axis=1) == labels).all()
    assert (student.logits(list(report.left.values())).argmax(axis=1) != labels).all()


def test_a_child_learns_what_beat_its_parent(
    parent: Trained, trained: Callable[[TrainingSet], Trained], data: TrainingSet, task: Task
) -> None:
    student, report = parent
    child, _ = trained(replace(data, inherited=report.left))
    texts, labels = list(report.left.values()), task.train.labels[list(report.left)]
    assert (child.logits(texts).argmax(axis=1) == labels).mean() > 0.5
    assert not (student.logits(texts).argmax(axis=1) == labels).any()


def test_equal_inheritance_equal_weights_and_none_leaves_nothing(
    parent: Trained, trained: Callable[[TrainingSet], Trained], data: TrainingSet
) -> None:
    again, report = trained(replace(data, inherited={}))
    alone, nothing = trained(data)
    assert report.left == parent[1].left
    assert nothing.left == {}
    assert "left" not in nothing.to_record()
    for first, second, third in zip(*(each.network.parameters() for each in (parent[0], again, alone)), strict=True):
        assert torch.equal(first, second)
        assert torch.equal(first, third)


def test_what_cannot_be_is_refused(scheme: Robust) -> None:
    with pytest.raises(ValueError, match="may stand once"):
        replace(scheme, adversaries=(InheritedTexts(), InheritedTexts(weight=2.0)))
    with pytest.raises(ValueError, match="at least one"):
        InheritedTexts(attacks=())
