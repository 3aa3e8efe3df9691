from pathlib import Path

import numpy as np
import pytest
import torch

from rosearch.data.spelling import SpellingCorrector
from rosearch.data.word_reading import WordReading
from rosearch.device import seeded
from rosearch.export.hugging_face.directory import export_hugging_face
from rosearch.space.architecture import InputGenes
from rosearch.space.space import DagSpace
from rosearch.students.characters import character_features
from rosearch.students.network import StudentNetwork
from rosearch.students.standard import bag_of_embeddings
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


@pytest.fixture(
    scope="session", params=["ngrams", "letters", "clusters", "spelling", "ngrams, clusters and spelling, pruned"]
)
def reading_student(prepared_teacher: PreparedTeacher, request: pytest.FixtureRequest) -> Student:
    """A student whose input is more than word pieces."""
    tokenizer = prepared_teacher.tokenizer()
    genes = {"ngrams": {"characters": "ngrams", "buckets": 64}, "letters": {"characters": "letters"}}
    kind = next((kind for kind in genes if kind in request.param), None)
    architecture = bag_of_embeddings(InputGenes(rank=8, trained=True, **genes.get(kind or "", {})))
    clusters = {"awful": "terrible", "superb": "great"} if "clusters" in request.param else {}
    spelling = SpellingCorrector({"movie": 2, "superb": 1}) if "spelling" in request.param else None
    if clusters or spelling:
        tokenizer = tokenizer.with_reading(WordReading(clusters, spelling=spelling))
    if "pruned" in request.param:
        used = tokenizer.encode(["a great movie .", "dull plot was terrible"], max_length=64).ids
        tokenizer, _ = tokenizer.pruned(used.tolist())
    tokenizer = tokenizer.with_characters(character_features(architecture.input))
    with seeded(0):
        network = StudentNetwork(
            architecture,
            vocabulary_size=tokenizer.vocabulary_size,
            classes=len(LABELS),
            padding_id=tokenizer.padding_id,
        )
        if kind == "ngrams":
            torch.nn.init.normal_(network.input.characters.table.weight.data[1:])  # type: ignore[union-attr, index]
    return Student(network, tokenizer, label_names=LABELS, max_length=24, device="cpu")


@pytest.fixture(scope="session")
def hugging_face(student: Student, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The student's directory; not to be changed."""
    folder = tmp_path_factory.mktemp("hugging-face")
    export_hugging_face(student, folder)
    return folder
