"""A teacher that is a file of answers: what it takes, what it refuses, what it gives."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosearch.core.errors import ConfigError, TeacherError
from rosearch.core.events import Event, Notice
from rosearch.core.protocols import FloatArray, Text
from rosearch.core.rng import SeedTree
from rosearch.data.task import Task
from rosearch.teachers.answer_rows import PROBABILITY_FLOOR, logits_of
from rosearch.teachers.answers import Answers, answer_keys
from rosearch.teachers.teacher import PreparedTeacher, Teacher
from rosearch.testing.toy_pairs import toy_pairs

Columns = dict[str, list[Any]]


def texts_of(task: Task) -> list[Text]:
    return [*task.train.texts, *task.dev.texts, *task.test.texts]


def labels_of(task: Task) -> list[int]:
    return [int(label) for split in (task.train, task.dev, task.test) for label in split.labels]


@pytest.fixture(scope="module")
def logits(task: Task) -> FloatArray:
    """Right answers of various sureness, shape ``(texts, classes)``."""
    rng = np.random.default_rng(0)
    right = np.eye(2)[labels_of(task)]
    return np.round(right * rng.uniform(1, 4, (len(right), 1)) + rng.normal(0, 0.2, right.shape), 4)


@pytest.fixture
def columns(task: Task, logits: FloatArray) -> Columns:
    return {"text": texts_of(task), "bad": logits[:, 0].tolist(), "good": logits[:, 1].tolist()}


def write(path: Path, columns: Columns) -> Path:
    frame = polars.DataFrame(columns)
    match path.suffix:
        case ".csv":
            frame.write_csv(path)
        case ".tsv":
            frame.write_csv(path, separator="\t")
        case ".parquet":
            frame.write_parquet(path)
        case ".jsonl":
            frame.write_ndjson(path)
    return path


@pytest.fixture
def make(toy_checkpoint: Path) -> Callable[..., Teacher]:
    def make(path: Path, **settings: Any) -> Teacher:
        given = {"kind": "logits", "path": path, "embeddings": str(toy_checkpoint), "max_length": 32}
        return Teacher.from_config(given | settings)

    return make


def prepared(teacher: Teacher, task: Task, folder: Path) -> PreparedTeacher:
    return teacher.prepare(task, folder / "teacher", seeds=SeedTree(0))


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet"])
def test_every_kind_of_file_gives_the_same_answers(
    make: Callable, task: Task, tmp_path: Path, columns: Columns, logits: FloatArray, suffix: str
) -> None:
    order = np.random.default_rng(1).permutation(len(columns["text"]))
    shuffled = {name: [values[row] for row in order] for name, values in columns.items()}
    teacher = prepared(make(write(tmp_path / f"answers{suffix}", shuffled)), task, tmp_path)
    assert np.allclose(teacher.outputs(task.train.texts).logits, logits[: len(task.train)], atol=1e-4)
    assert teacher.dev_accuracy == 1.0
    assert teacher.outputs(task.train.texts).pooled.shape == (len(task.train), 0)
    assert teacher.tokenizer().vocabulary_size <= len(teacher.word_embeddings())
    assert PreparedTeacher.open(tmp_path / "teacher") == teacher


def test_the_order_of_the_rows_does_not_count_and_their_content_does(
    make: Callable, task: Task, tmp_path: Path, columns: Columns
) -> None:
    turned = {name: values[::-1] for name, values in columns.items()}
    other = columns | {"good": [1.5, *columns["good"][1:]]}
    first, second, third = (
        prepared(make(write(tmp_path / f"{name}.csv", given)), task, tmp_path / name).fingerprint
        for name, given in (("a", columns), ("b", turned), ("c", other))
    )
    assert first == second != third


def test_an_array_goes_by_the_rows_of_another_file(
    make: Callable, task: Task, tmp_path: Path, columns: Columns, logits: FloatArray
) -> None:
    np.save(tmp_path / "answers.npy", logits.astype(np.float32))
    texts = write(tmp_path / "asked.csv", {"message": columns["text"]})
    teacher = prepared(make(tmp_path / "answers.npy", texts=texts, text="message"), task, tmp_path)
    assert np.allclose(teacher.outputs(task.dev.texts).logits, logits[len(task.train) :][: len(task.dev)], atol=1e-4)


def test_ids_join_two_files(make: Callable, task: Task, tmp_path: Path, columns: Columns, logits: FloatArray) -> None:
    ids = [f"n{row}" for row in range(len(columns["text"]))]
    texts = write(tmp_path / "asked.jsonl", {"key": ids, "text": columns["text"]})
    answers = write(tmp_path / "answers.csv", {"key": ids[::-1]} | {n: columns[n][::-1] for n in ("good", "bad")})
    teacher = prepared(make(answers, texts=texts, id_column="key"), task, tmp_path)
    assert np.allclose(teacher.outputs(task.train.texts).logits, logits[: len(task.train)], atol=1e-4)


def test_probabilities_become_logits(make: Callable, task: Task, tmp_path: Path, columns: Columns) -> None:
    sure = np.eye(2)[labels_of(task)]
    given = {"text": columns["text"], "p0": sure[:, 0].tolist(), "p1": sure[:, 1].tolist()}
    path = write(tmp_path / "answers.csv", given)
    with pytest.raises(TeacherError, match=r'seem to be probabilities.*values = "probabilities"'):
        make(path, columns=("p0", "p1")).check(task)
    teacher = prepared(make(path, columns=("p0", "p1"), values="probabilities"), task, tmp_path)
    outputs = teacher.outputs(task.train.texts).logits
    assert np.isfinite(outputs).all()
    assert (outputs.argmax(axis=1) == task.train.labels).all()


@given(st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3).filter(lambda row: sum(row) > 0.1), min_size=1))
def test_the_softmax_of_the_logits_is_the_probability(rows: Sequence[Sequence[float]]) -> None:
    probabilities = np.array(rows) / np.sum(rows, axis=1, keepdims=True)
    shares = np.exp(logits_of(probabilities))
    assert np.allclose(shares / shares.sum(axis=1, keepdims=True), probabilities, atol=3 * PROBABILITY_FLOOR)


def test_missing_texts_are_counted_and_named(make: Callable, task: Task, tmp_path: Path, columns: Columns) -> None:
    lost = {str(task.train.texts[3]), str(task.train.texts[5]), str(task.dev.texts[0])}
    keep = [row for row, text in enumerate(columns["text"]) if text not in lost]
    path = write(tmp_path / "answers.csv", {name: [values[row] for row in keep] for name, values in columns.items()})
    with pytest.raises(TeacherError, match=r"no answer to 2 of 240 train texts and 1 of 60 dev texts") as raised:
        make(path).check(task)
    assert str(task.train.texts[3]) in str(raised.value)
    with_more = task.with_unlabelled(["never asked"])
    with pytest.raises(TeacherError, match="1 of 1 unlabelled texts"):
        make(write(tmp_path / "all.csv", columns)).check(with_more)


def test_test_texts_need_no_answer(make: Callable, task: Task, tmp_path: Path, columns: Columns) -> None:
    cut = len(task.train) + len(task.dev)
    few = {name: values[:cut] for name, values in columns.items()}
    teacher = prepared(make(write(tmp_path / "answers.csv", few)), task, tmp_path)
    assert teacher.unanswered(task.test.texts) == len(task.test)
    assert teacher.unanswered(task.dev.texts) == 0
    with pytest.raises(TeacherError, match="It cannot be asked"):
        teacher.victim().logits(task.test.texts)
    with pytest.raises(TeacherError, match="no model that could be asked"):
        teacher.model()


def test_pairs_are_matched_by_both_fields(make: Callable, tmp_path: Path) -> None:
    pairs = toy_pairs()
    right = np.eye(2)[labels_of(pairs)] * 3
    first, second = zip(*texts_of(pairs), strict=True)
    given = {"first": list(first), "second": [f" {text}  " for text in second]}
    path = write(tmp_path / "answers.jsonl", given | {"bad": right[:, 0].tolist(), "good": right[:, 1].tolist()})
    teacher = prepared(make(path, text=("first", "second")), pairs, tmp_path)
    assert teacher.dev_accuracy == 1.0
    with pytest.raises(TeacherError, match=r"text names 1 column.*have 2 field"):
        make(path, text="first").check(pairs)


def test_columns_of_the_wrong_classes_are_told(make: Callable, task: Task, tmp_path: Path, columns: Columns) -> None:
    heard: list[Event] = []
    teacher = make(write(tmp_path / "answers.csv", columns), columns=("good", "bad"))
    teacher.prepare(task, tmp_path / "teacher", seeds=SeedTree(0), listener=heard.append)
    assert any("in the order of the classes, bad, good?" in event.text for event in heard if isinstance(event, Notice))


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"good": "1,5"}, "", r"answers\.jsonl:1: '1,5' is no finite number"),
    ({"good": None}, "", r"answers\.jsonl:1: an empty value is no finite number"),
    ({"good": True}, "", r"answers\.jsonl:1: True is no finite number"),
    ({"good": float("inf")}, "", r"answers\.jsonl:1: inf is no finite number"),
    ({"text": "  "}, "", r"answers\.jsonl:1: the text is empty or no string"),
    ({"bad": 0.2, "good": 0.2}, "probabilities", r"answers\.jsonl:1: 0\.2, 0\.2: no probabilities that sum to 1"),
    ({"bad": -0.5, "good": 1.5}, "probabilities", r"answers\.jsonl:1: -0\.5, 1\.5: no probabilities"),
]


@pytest.mark.parametrize(("change", "values", "message"), REFUSED)
def test_a_row_that_does_not_fit_is_named(
    make: Callable, task: Task, tmp_path: Path, change: dict[str, Any], values: str, message: str
) -> None:
    rows = [{"text": "a text", "bad": 0.25, "good": 0.75} | change, {"text": "another", "bad": 0.5, "good": 0.5}]
    path = tmp_path / "answers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with pytest.raises(TeacherError, match=rf"(?s){message}.*1 row does not fit"):
        make(path, values=values or "logits").check(task)


def test_what_cannot_be_read_is_named(make: Callable, task: Task, tmp_path: Path, columns: Columns) -> None:
    path = write(tmp_path / "answers.csv", columns)
    np.save(tmp_path / "flat.npy", np.zeros(4))
    (tmp_path / "short.csv").write_text("text\nonly one\n", encoding="utf-8")
    np.save(tmp_path / "two.npy", np.zeros((2, 2)))
    again = columns | {name: [*columns[name], columns[name][0]] for name in ("text", "bad")}
    write(tmp_path / "twice.csv", again | {"good": [*columns["good"], 9.0]})
    refused: list[tuple[Teacher, str]] = [
        (make(tmp_path / "none.csv"), r"none\.csv: cannot be read"),
        (make(tmp_path / "answers.txt"), r"answers\.txt: unknown kind of file"),
        (make(path, text="txt"), r"no column 'txt'\. Did you mean 'text'\?.*texts another file"),
        (make(path, columns=("bad", "goood")), r"no column 'goood'\. Did you mean 'good'\?"),
        (make(path, columns=("bad",)), r"columns: 1 for 2 classes\. Name one for each of bad, good"),
        (make(tmp_path / "two.npy"), r"an NPY file holds numbers only\. Name the file"),
        (make(tmp_path / "flat.npy", texts=path), r"has the shape \(4,\)"),
        (make(tmp_path / "two.npy", texts=tmp_path / "short.csv"), r"2 rows of answers to 1 texts in .*short\.csv"),
        (make(tmp_path / "two.npy", texts=path, id_column="text"), r"an NPY file has no ids"),
        (make(tmp_path / "twice.csv"), r"1 rows give another answer to a text that was answered before"),
    ]
    for teacher, message in refused:
        with pytest.raises(TeacherError, match=message):
            teacher.check(task)
    with pytest.raises(ConfigError, match="id_column needs texts"):
        make(path, id_column="key")
    with pytest.raises(TeacherError, match=r"none\.csv: no such file"):
        make(tmp_path / "none.csv").source_fingerprint()


def test_embeddings_may_be_wanting(make: Callable, task: Task, tmp_path: Path, columns: Columns) -> None:
    teacher = make(write(tmp_path / "answers.csv", columns), embeddings=str(tmp_path))
    with pytest.raises(TeacherError, match="cannot be loaded as a model with word embeddings"):
        prepared(teacher, task, tmp_path)


def test_answers_are_found_whatever_the_white_space() -> None:
    texts: list[Text] = ["one  two", "three\n", ("a b", "c")]
    answers = Answers.of(answer_keys(texts), np.arange(6, dtype=np.float32).reshape(3, 2))
    assert answers.logits(["one two", (" a b", "c "), "three"]).tolist() == [[0, 1], [4, 5], [2, 3]]
    assert answers.missing(["one two", "One two", ("a", "b c")]) == ["One two", ("a", "b c")]
    assert len(answers.only(["three", "four"])) == 1
