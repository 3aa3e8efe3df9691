"""Stand-ins of real students and teachers: near the model, and without a say in any outcome."""

from dataclasses import replace

import pytest
import torch

from rosearch import device
from rosearch.attacks import DeepWordBug
from rosearch.core.protocols import ScreeningKind
from rosearch.data.task import Task
from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.majority import MajorityClass
from rosearch.fitness.measurement import measure
from rosearch.fitness.stand_in import screening_of
from rosearch.space.architecture import InputGenes
from rosearch.students.network import StudentNetwork
from rosearch.students.standard import bag_of_embeddings
from rosearch.students.student import Student
from rosearch.teachers.teacher import PreparedTeacher

FIDELITY = Fidelity(
    name="search", share=1.0, split="dev", examples=12, attacks=(DeepWordBug(),), scores=("margin", "probability")
)


@pytest.fixture(scope="module")
def student(prepared_teacher: PreparedTeacher, task: Task) -> Student:
    tokenizer = prepared_teacher.tokenizer()
    architecture = replace(bag_of_embeddings(InputGenes(rank=32, trained=True)), width=128)
    with device.seeded(1):
        network = StudentNetwork(architecture, vocabulary_size=tokenizer.vocabulary_size, classes=task.classes)
        torch.nn.init.normal_(network.head.weight, std=0.3)
    return Student(network, tokenizer, label_names=task.label_names, max_length=32)


@pytest.mark.parametrize("kind", ["bfloat16", "int8"])
def test_a_students_stand_in_changes_no_figure(student: Student, task: Task, kind: ScreeningKind) -> None:
    own, screened = (
        measure(student, task, replace(FIDELITY, screening=each), budgets=(5, 20), seed=0) for each in ("none", kind)
    )
    assert own.robustness == screened.robustness
    assert own.metrics == screened.metrics
    assert own.screening is None
    assert screened.screening is not None
    assert screened.screening.stand_in == kind
    assert 0 < screened.screening.largest_error < 0.3
    assert sum(result.rough_queries for results in screened.results.values() for result in results) > 50


def test_a_teachers_stand_in_changes_no_figure(prepared_teacher: PreparedTeacher, task: Task) -> None:
    model = prepared_teacher.model(precision="float32")
    own, screened = (
        measure(model, task, replace(FIDELITY, screening=each), budgets=(5,), seed=0) for each in ("none", "bfloat16")
    )
    assert own.robustness == screened.robustness
    assert screened.screening is not None


def test_bfloat16_is_taken_by_itself_only_where_it_pays(
    student: Student, prepared_teacher: PreparedTeacher, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    found = screening_of(student, "auto")
    assert found is not None
    assert found.name == "bfloat16"
    assert screening_of(prepared_teacher.model(precision="float32"), "auto") is None  # too narrow
    assert screening_of(student, "none") is None
    assert screening_of(MajorityClass(task), "bfloat16") is None
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True})
    assert screening_of(student, "auto") is None
