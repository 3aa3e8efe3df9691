"""Students: texts in, labels out, the same in any company and after a round trip to disk."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from rosearch.core.errors import InputError
from rosearch.core.protocols import Text
from rosearch.device import seeded, threads
from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.space import DagSpace
from rosearch.students.network import StudentNetwork
from rosearch.students.standard import bag_of_embeddings
from rosearch.students.student import Student
from rosearch.teachers.teacher import PreparedTeacher
from rosearch.testing.toy_task import BLAME, PRAISE, THINGS

WORDS = (*PRAISE, *BLAME, *THINGS, ".", "xyz")
SPARE_ROWS = 3
TEXTS = ("a great movie .", "", "dull", "the plot was awful " * 30)


def build(teacher: PreparedTeacher, architecture: Architecture, seed: int = 0, **fields: Any) -> Student:
    tokenizer = teacher.tokenizer()
    with seeded(seed):
        network = StudentNetwork(architecture, vocabulary_size=tokenizer.vocabulary_size + SPARE_ROWS, classes=3)
    return Student(network, tokenizer, **{"label_names": ("bad", "fair", "good"), "max_length": 24} | fields)


def sampled(seed: int) -> Architecture:
    return DagSpace.preset("tiny").sample(rng=np.random.default_rng(seed))


@pytest.fixture(scope="module")
def student(prepared_teacher: PreparedTeacher) -> Student:
    return build(prepared_teacher, sampled(0))


@pytest.mark.parametrize("seed", range(6))
def test_a_saved_student_answers_to_the_last_bit_as_before(
    prepared_teacher: PreparedTeacher, tmp_path: Path, seed: int
) -> None:
    before = build(prepared_teacher, sampled(seed), seed=seed)
    before.save_pretrained(str(tmp_path / "student"))
    after = Student.from_pretrained(str(tmp_path / "student"))
    np.testing.assert_array_equal(after.logits(TEXTS), before.logits(TEXTS))
    assert after.architecture == before.architecture
    assert after.label_names == before.label_names
    assert after.max_length == before.max_length
    assert not after.network.training


sentences = st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join)


@settings(max_examples=25)
@given(
    texts=st.lists(sentences, min_size=1, max_size=9)
    | st.lists(st.tuples(sentences, sentences), min_size=1, max_size=9)
)
def test_a_text_is_answered_alike_in_any_company(student: Student, texts: list[Text]) -> None:
    together = student.logits(texts)
    assert together.shape == (len(texts), 3)
    assert together.dtype == np.float64
    alone = np.concatenate([student.logits([text]) for text in texts])
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-5)
    np.testing.assert_allclose(student.logits(texts[::-1])[::-1], together, rtol=0, atol=1e-5)
    shares = student.probabilities(texts)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert student.predict(texts) == [student.label_names[row] for row in shares.argmax(axis=1)]


def test_no_text_gives_no_row(student: Student) -> None:
    assert student.logits([]).shape == (0, 3)
    assert student.predict([]) == []


def test_what_is_beyond_the_longest_input_has_no_say(student: Student) -> None:
    long = "great " * 100
    np.testing.assert_array_equal(student.logits([long]), student.logits([long + "awful"]))
    np.testing.assert_array_equal(student.logits([long]), student.logits(["great " * 22]))
    assert not np.array_equal(student.logits([long]), student.logits(["great " * 21]))


@settings(max_examples=25)
@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=20), order=st.randoms(use_true_random=False))
def test_a_bag_of_embeddings_ignores_the_order_of_words(
    prepared_teacher: PreparedTeacher, words: list[str], order: Any
) -> None:
    bag = build(prepared_teacher, bag_of_embeddings(InputGenes(rank=8, trained=True)), max_length=64)  # none is cut
    shuffled = order.sample(words, len(words))
    np.testing.assert_allclose(bag.logits([" ".join(words)]), bag.logits([" ".join(shuffled)]), rtol=0, atol=1e-6)


def test_a_bag_of_embeddings_gives_a_word_the_same_vector_anywhere(prepared_teacher: PreparedTeacher) -> None:
    tokenizer = prepared_teacher.tokenizer()
    networks = [
        build(prepared_teacher, architecture).network
        for architecture in (bag_of_embeddings(InputGenes(rank=8, trained=True)), sampled(0))
    ]
    ids = np.tile(tokenizer.encode(["great"], max_length=24).ids[1], (1, 24))
    hidden = [network.input(torch.as_tensor(ids, dtype=torch.int64)).detach().numpy()[0] for network in networks]
    assert (hidden[0] == hidden[0][0]).all()
    assert not (hidden[1] == hidden[1][0]).all()


def change_record(**fields: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "student.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | fields))

    return change


def change_weights(folder: Path) -> None:
    path = folder / "model.safetensors"
    weights = load_file(path)
    weights["head.weight"] = weights["head.weight"][:2]
    save_file(weights, path)


DAMAGES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no student.json": (lambda folder: (folder / "student.json").unlink(), "holds no student"),
    "half a student.json": (lambda folder: (folder / "student.json").write_text("{"), "holds no student"),
    "a list": (lambda folder: (folder / "student.json").write_text("[1]"), "holds no student"),
    "another version": (change_record(schema_version=99), "schema version 99, this program reads 1"),
    "no architecture": (change_record(architecture=None), "architecture is missing or damaged"),
    "half an architecture": (change_record(architecture={"schema": 1}), "key 'input' is missing"),
    "no names": (change_record(label_names=None), "label_names is missing or damaged"),
    "no length": (change_record(max_length="x"), "max_length is missing or damaged"),
    "another width": (change_record(vocabulary_size=7), "not the weights of this student"),
    "no weights": (lambda folder: (folder / "model.safetensors").unlink(), "not the weights of this student"),
    "cut weights": (
        lambda folder: (folder / "model.safetensors").write_bytes(b"xx"),
        "not the weights of this student",
    ),
    "other weights": (change_weights, "not the weights of this student"),
    "no tokenizer": (lambda folder: (folder / "tokenizer.json").unlink(), "tokenizer.json: no such file"),
    "half a tokenizer": (lambda folder: (folder / "tokenizer.json").write_text("{"), "is no tokenizer"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_folder_is_refused(student: Student, tmp_path: Path, damage: str) -> None:
    student.save_pretrained(tmp_path)
    do, message = DAMAGES[damage]
    do(tmp_path)
    with pytest.raises(InputError, match=message) as raised:
        Student.from_pretrained(tmp_path)
    assert str(tmp_path) in str(raised.value)


def test_damaged_settings_of_the_tokenizer_are_refused(student: Student, tmp_path: Path) -> None:
    student.save_pretrained(tmp_path)
    (settings_file,) = {path.name for path in tmp_path.iterdir()} - {
        "student.json",
        "model.safetensors",
        "tokenizer.json",
    }
    for content in ("{", "{}", "[]"):
        (tmp_path / settings_file).write_text(content)
        with pytest.raises(InputError, match="tokenizer's files are damaged"):
            Student.from_pretrained(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere: holds no student"):
        Student.from_pretrained(tmp_path / "nowhere")


def test_batches_side_by_side_answer_to_the_last_bit_as_one_after_the_other(student: Student) -> None:
    texts = [f"the {word} was {other} ." for word in WORDS for other in WORDS] * 2
    answers = []
    for count in (1, 2, 3):
        with threads(count):
            answers.append(student.logits(texts))
    np.testing.assert_array_equal(answers[0], answers[1])
    np.testing.assert_array_equal(answers[0], answers[2])


@pytest.mark.parametrize("seed", range(6))
def test_a_copy_in_bfloat16_answers_nearly_the_same(prepared_teacher: PreparedTeacher, seed: int) -> None:
    student = build(prepared_teacher, sampled(seed), seed=seed)
    copy = student.in_bfloat16()
    texts = [f"the {word} was {other} ." for word in WORDS for other in WORDS]
    before, found = student.logits(texts), copy.logits(texts)
    assert 0 < np.abs(found - before).max() < 0.05 * np.abs(before).max()
    np.testing.assert_array_equal(student.logits(texts), before)
