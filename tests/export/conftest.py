from pathlib import Path

import numpy as np
import pytest

from rosearch.device import seeded
from rosearch.export.hugging_face.directory import export_hugging_face
from rosearch.space.space import DagSpace
from rosearch.students.network import StudentNetwork
from rosearch.students.student import Student
from rosearch.teachers.teacher import PreparedTeacher

LABELS = ("bad", "fair", "good")


@pytest.fixture(scope="session")
def student(prepared_teacher: PreparedTeacher) -> Student:
    """An untrained one, with every gene that a small space has."""
    tokenizer = prepared_teacher.tokenizer()
    architecture = DagSpace.preset("tiny", operations=("self_attention", "convolution")).sample(
        rng=np.random.default_rng(3)
    )
    with seeded(0):
        network = StudentNetwork(architecture, vocabulary_size=tokenizer.vocabulary_size, classes=len(LABELS))
    return Student(network, tokenizer, label_names=LABELS, max_length=24, device="cpu")


@pytest.fixture(scope="session")
def hugging_face(student: Student, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The student's directory; not to be changed."""
    folder = tmp_path_factory.mktemp("hugging-face")
    export_hugging_face(student, folder)
    return folder
