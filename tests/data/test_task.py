"""Tasks from rows, from files and from configurations."""

from pathlib import Path

import numpy as np
import pytest

from rosearch.core.errors import ConfigError, TaskError
from rosearch.core.events import Event, Notice
from rosearch.data.task import Split, Task, TaskSource
from rosearch.testing.toy_task import toy_task

TRAIN = [(f"text number {number}", ["even", "odd"][number % 2]) for number in range(200)]


def write_csv(path: Path, rows: list[tuple[str, str]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in rows), encoding="utf-8")
    return path


def test_rows_become_a_task_with_three_splits() -> None:
    task = Task.from_rows(TRAIN)
    assert task.label_names == ("even", "odd")
    assert len(task.train) + len(task.dev) + len(task.test) == 200
    assert min(len(task.dev), len(task.test)) > 8
    assert (task.classes, task.text_fields) == (2, 1)
    for text, label in zip(task.train.texts, task.train.labels, strict=True):
        assert isinstance(text, str)
        assert label == int(text.split()[-1]) % 2


def test_the_fingerprint_names_the_content_and_not_the_name() -> None:
    task = Task.from_rows(TRAIN)
    assert task.fingerprint == Task.from_rows(TRAIN, name="other").fingerprint
    assert task.fingerprint != Task.from_rows([*TRAIN[:-1], ("text number 200", "odd")]).fingerprint
    assert task.fingerprint != Task.from_rows(TRAIN, label_names=("a", "b")).fingerprint
    flipped = [(text, "odd" if label == "even" else "even") for text, label in TRAIN]
    assert task.fingerprint != Task.from_rows(flipped).fingerprint


def test_pairs_do_not_share_a_fingerprint_when_their_border_moves() -> None:
    labels = np.array([0, 1])
    assert (
        Split((("a b", "c"), ("d", "e")), labels).fingerprint != Split((("a", "b c"), ("d", "e")), labels).fingerprint
    )
    assert Split(("a", "b"), labels).fingerprint == Split(("a", "b"), labels).fingerprint


def test_labels_are_read_only_and_rows_can_be_taken() -> None:
    split = Split(("a", "b", "c"), np.array([0, 1, 0]))
    with pytest.raises(ValueError, match="read-only"):
        split.labels[0] = 1
    taken = split.take([2, 0])
    assert taken.texts == ("c", "a")
    assert np.array_equal(split.class_counts(3), [2, 1, 0])
    assert repr(split) == "Split(3 texts)"
    with pytest.raises(ValueError, match="3 texts need as many labels"):
        Split(("a", "b", "c"), np.array([0, 1]))


def test_files_with_given_splits(tmp_path: Path) -> None:
    heard: list[Event] = []
    task = Task.from_files(
        train=write_csv(tmp_path / "mine" / "train.csv", [("a", "1"), ("B", "0"), ("c", "1"), ("c", "0"), ("d", "1")]),
        dev=str(write_csv(tmp_path / "dev.csv", [("b", "0"), ("e", "1")])),
        test=write_csv(tmp_path / "test.csv", [("A ", "1"), ("E", "0"), ("f", "1")]),
        label_names=("no", "yes"),
        min_class_texts=1,
        listener=heard.append,
    )
    assert (task.name, task.label_names) == ("mine", ("no", "yes"))
    assert task.train.texts == ("c", "c", "d")
    assert (task.dev.texts, task.test.texts) == (("b",), ("A ", "E", "f"))
    assert (task.duplicates.removed_from_train, task.duplicates.dev_in_test) == (2, 1)
    notices = [event.text for event in heard if isinstance(event, Notice)]
    assert notices == [
        "1 training rows are also in test and were removed from training.",
        "1 training rows are also in dev and were removed from training.",
        "1 dev rows are also in test and were removed from dev.",
        "1 training texts carry more than one label.",
        "No dev text has the label yes; figures on dev say nothing of it.",
    ]
    assert task.provenance == "files: train train.csv, dev dev.csv, test test.csv"


def test_hash_splits_do_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    forward = Task.from_files(train=write_csv(tmp_path / "forward.csv", TRAIN))
    backward = Task.from_files(train=write_csv(tmp_path / "backward.csv", TRAIN[::-1]))
    for name in ("train", "dev", "test"):
        assert getattr(forward, name).texts == getattr(backward, name).texts[::-1]


def test_caps_keep_the_same_texts_whatever_the_order(tmp_path: Path) -> None:
    caps = {"max_train": 20, "max_dev": 5, "max_test": 6}
    forward = Task.from_files(train=write_csv(tmp_path / "forward.csv", TRAIN), **caps)
    backward = Task.from_files(train=write_csv(tmp_path / "backward.csv", TRAIN[::-1]), **caps)
    assert [len(split) for split in (forward.train, forward.dev, forward.test)] == [20, 5, 6]
    assert set(forward.train.texts) == set(backward.train.texts)
    assert set(forward.train.texts) <= set(Task.from_files(train=tmp_path / "forward.csv").train.texts)


def test_two_text_fields_and_a_configuration_in_plain_data(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text(
        "".join(f'{{"p": "premise {n}", "h": "hypothesis {n}", "y": {n % 3}}}\n' for n in range(90)), encoding="utf-8"
    )
    source = TaskSource.from_config({"kind": "files", "train": str(path), "text": ["p", "h"], "label": "y"})
    task = source.load()
    assert task.text_fields == 2
    assert task.label_names == ("0", "1", "2")
    assert task.train.texts[0][0].startswith("premise")
    assert TaskSource.from_config(source.to_config()) == source


def test_listed_labels_fix_the_order_and_allow_measurements_as_classes(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "stars.csv", [(f"t{number}", ("0.5", "1.0")[number % 2]) for number in range(60)])
    assert Task.from_files(train=path, labels=("1.0", 0.5)).label_names == ("1.0", "0.5")
    with pytest.raises(TaskError, match="look like measurements"):
        Task.from_files(train=path)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, r"task: train is missing\. "),
        ({"train": "t.csv", "tests": "u.csv"}, r"unknown key 'tests'\. Did you mean 'test'\?"),
        ({"train": "t.csv", "dev_share": 0.6, "test_share": 0.4}, r"dev_share and test_share must be positive"),
        ({"train": "t.csv", "test_share": 0}, r"dev_share and test_share must be positive"),
        ({"train": "t.csv", "max_dev": 0}, r"max_train, max_dev and max_test must be at least 1"),
        ({"train": "t.csv", "labels": ["a", "a"]}, r"need two different names or more"),
        ({"train": "t.csv", "text": ["a", "b", "c"]}, r"task: text.*\['a', 'b', 'c'\]"),
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Task.from_files(**fields)


@pytest.mark.parametrize(
    ("rows", "keywords", "message"),
    [
        ([("a", "x"), ("", "y")], {}, r"train:2: the text is empty"),
        ([("a", "x"), (3, "y")], {}, r"train:2: the text is 3, not a string"),
        ([("a", "x"), (("b", ""), "y")], {}, r"train:2: the text is empty"),
        ([("a", "x"), (("b", "c"), "y")], {}, r"train: some texts have one field, some two"),
        ([], {}, r"train: holds no rows"),
        (TRAIN, {"labels": ("even", "uneven")}, r"train:2: label 'odd' is not one of even, uneven"),
        (TRAIN, {"labels": ("even", "odd", "neither")}, r"no training text has the label 'neither'"),
        (TRAIN, {"label_names": ("a", "b", "c")}, r"3 label names for 2 labels: even, odd"),
        ([("a", "x"), ("b", "y")], {"dev_share": 1e-9}, r"the dev split is empty"),
        ([("a", "x"), ("b", "y")], {"dev": [("a", "x")], "test": [("b", "y")]}, r"the train split is empty"),
        ([("a", "x"), ("b", "y")], {"dev": [(("c", "d"), "x")], "test": [("e", "y")]}, r"dev and train differ"),
        ([("a", "x")], {"dev": [("b", "y")], "test": [("c", "x")]}, r"no training text has the label 'y'"),
    ],
)
def test_rows_that_make_no_task_are_refused(
    rows: list[tuple[str, str]], keywords: dict[str, object], message: str
) -> None:
    with pytest.raises(TaskError, match=message):
        Task.from_rows(rows, **keywords)  # type: ignore[arg-type]


def test_a_label_number_without_a_name_is_refused() -> None:
    split = Split(("a", "b"), np.array([0, 2]))
    with pytest.raises(TaskError, match=r"train has a label outside 0 \.\.\. 1"):
        Task(name="t", label_names=("x", "y"), train=split, dev=split, test=split)


def test_a_transfer_set_holds_no_text_of_a_split_and_none_twice() -> None:
    task = toy_task(train=20, dev=5, test=5)
    given = [task.dev.texts[0], str(task.test.texts[1]).upper(), task.train.texts[2], "New text", "new  text", "Other"]
    extended = task.with_unlabelled(given)
    assert extended.unlabelled == ("new  text", "Other")
    assert extended.fingerprint != task.fingerprint == task.with_unlabelled(given[:3]).fingerprint
    with pytest.raises(TaskError, match="differ in their number of text fields"):
        task.with_unlabelled([("a", "b")])


def test_a_transfer_set_is_read_from_its_own_file(tmp_path: Path) -> None:
    task = toy_task(train=40, dev=10, test=10)
    for name in ("train", "dev", "test"):
        split = getattr(task, name)
        rows = [f"{text}\t{label}\n" for text, label in zip(split.texts, split.labels, strict=True)]
        (tmp_path / f"{name}.tsv").write_text("text\tlabel\n" + "".join(rows))
    more = [task.dev.texts[0], *(f"One more text, number {number} ." for number in range(20))]
    (tmp_path / "more.tsv").write_text("number\ttext\n" + "".join(f"{at}\t{text}\n" for at, text in enumerate(more)))
    files = {name: tmp_path / f"{name}.tsv" for name in ("train", "dev", "test")}
    fields = {"min_class_texts": 1, "unlabelled": tmp_path / "more.tsv"}
    whole = Task.from_files(**files, **fields)
    assert whole.unlabelled == tuple(more[1:])
    assert whole.train.fingerprint == Task.from_files(**files, min_class_texts=1).train.fingerprint
    some = Task.from_files(**files, **fields, max_unlabelled=5)
    assert len(some.unlabelled) == 5
    assert set(some.unlabelled) < set(whole.unlabelled)
    (tmp_path / "more.tsv").write_text("text\nA good one\n \n")
    with pytest.raises(TaskError, match=r"more\.tsv"):
        Task.from_files(**files, **fields)
    (tmp_path / "more.tsv").write_text("sentence\nA good one\n")
    with pytest.raises(TaskError, match="no column 'text'"):
        Task.from_files(**files, **fields)
