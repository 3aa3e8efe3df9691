"""How students read a task: each input has its tokenizer, its texts and its tables, and they fit together."""

from pathlib import Path

import numpy as np
import pytest

from rosearch.data.task import Task
from rosearch.device import seeded
from rosearch.lexicons.table import Table
from rosearch.space.architecture import InputGenes
from rosearch.space.space import DagSpace
from rosearch.students.characters import NGramVectors
from rosearch.students.inputs import svd_embedding
from rosearch.students.network import StudentNetwork
from rosearch.students.reading import Reading
from rosearch.students.standard import bag_of_embeddings
from rosearch.students.student import Student
from rosearch.teachers.teacher import PreparedTeacher
from rosearch.testing.toy_task import SYNONYMS

SPACE = DagSpace(
    ranks=(8,),
    trained=(True,),
    characters=("none", "ngrams", "letters"),
    buckets=(200,),
    clusters=("none", "stars", "chains"),
    pruned=(False, True),
)


@pytest.fixture(scope="module")
def reading(prepared_teacher: PreparedTeacher, task: Task, toy_lexicon: Path) -> Reading:
    return Reading(
        tokenizer=prepared_teacher.tokenizer(),
        word_embeddings=prepared_teacher.word_embeddings(),
        texts=task.train.texts,
        max_length=32,
        lexicon=Table(path=str(toy_lexicon)),
    )


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROSEARCH_CACHE", str(tmp_path / "cache"))


def network_of(reading: Reading, genes: InputGenes) -> StudentNetwork:
    with seeded(0):
        network = StudentNetwork(
            bag_of_embeddings(genes),
            vocabulary_size=reading.vocabulary_size(genes),
            classes=2,
            padding_id=reading.of(genes).tokenizer.padding_id,
        )
    reading.begin(network.input, genes)
    return network


@pytest.mark.parametrize("genes", SPACE.inputs, ids=str)
def test_every_input_makes_a_student_that_survives_the_disk(
    reading: Reading, genes: InputGenes, task: Task, tmp_path: Path
) -> None:
    read = reading.of(genes)
    assert read.encoded.ids.max() < reading.vocabulary_size(genes) == len(read.rows)
    student = Student(network_of(reading, genes), read.tokenizer, label_names=("a", "b"), max_length=32)
    before = student.logits(task.dev.texts[:20])
    student.save_pretrained(tmp_path)
    np.testing.assert_array_equal(Student.from_pretrained(tmp_path).logits(task.dev.texts[:20]), before)


@pytest.mark.parametrize("genes", SPACE.inputs, ids=str)
def test_a_piece_keeps_the_teachers_vector(reading: Reading, genes: InputGenes) -> None:
    read = reading.of(genes)
    expected = svd_embedding(reading.word_embeddings, 8)[read.rows]
    np.testing.assert_array_equal(network_of(reading, genes).input.table.weight.detach().numpy(), expected)
    ids = np.unique(read.encoded.ids)
    assert read.tokenizer.tokens(ids) == reading.tokenizer.tokens(read.rows[ids])


def test_pruning_keeps_the_training_texts_and_saves_rows(reading: Reading) -> None:
    whole, pruned = InputGenes(rank=8, trained=True), InputGenes(rank=8, trained=True, pruned=True)
    assert reading.vocabulary_size(pruned) < reading.vocabulary_size(whole)
    before, after = reading.of(whole).encoded, reading.of(pruned).encoded
    np.testing.assert_array_equal(reading.of(pruned).rows[after.ids], before.ids)
    text = "w".join("xyzzy")
    tokens = reading.of(pruned).tokenizer.tokens(reading.of(pruned).tokenizer.encode([text], max_length=32)[0])
    assert "".join(tokens[1:-1]).replace("##", "") == text


def test_synonyms_read_alike(reading: Reading) -> None:
    word, others = next((word, row) for word, row in SYNONYMS.items() if row)
    student = Student(
        network_of(reading, genes := InputGenes(rank=8, trained=True, clusters="chains")),
        reading.of(genes).tokenizer,
        label_names=("a", "b"),
        max_length=32,
    )
    texts = [f"a {each} movie" for each in (word, *(other for other in others if " " not in other))]
    assert len(np.unique(student.logits(texts).round(6), axis=0)) == 1


def test_ngrams_begin_at_the_words_of_the_teacher(reading: Reading) -> None:
    network = network_of(reading, InputGenes(rank=8, trained=True, characters="ngrams", buckets=200))
    assert isinstance(network.input.characters, NGramVectors)
    assert network.input.characters.table.weight[1:].abs().sum() > 0
    assert not network.input.characters.table.weight[0].any()


def test_each_kind_of_input_is_prepared_once(reading: Reading) -> None:
    first = reading.of(InputGenes(rank=8, trained=True, characters="letters"))
    assert reading.of(InputGenes(rank=32, trained=False, characters="letters")) is first
