"""Tasks from data sets of the Hugging Face library, in local folders; no network."""

import sys
from pathlib import Path
from typing import Any

import datasets
import pytest

from rosearch.core.errors import TaskError
from rosearch.core.events import Event, Listener, Notice, Progress, ignore
from rosearch.data.rows import MEND_OR_SKIP
from rosearch.data.task import Task, TaskSource

NAMES = ["ham", "spam"]


@pytest.fixture(autouse=True)
def library_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))


def rows(split: str, count: int = 60) -> dict[str, list[Any]]:
    return {
        "message": [f"{split} message {number}" for number in range(count)],
        "kind": [number % 2 for number in range(count)],
        "id": list(range(count)),
    }


def saved(folder: Path, **splits: dict[str, list[Any]]) -> Path:
    features = datasets.Features(
        {
            "message": datasets.Value("string"),
            "kind": datasets.ClassLabel(names=NAMES),
            "id": datasets.Value("int64"),
        }
    )
    parts = {name: datasets.Dataset.from_dict(columns, features=features) for name, columns in splits.items()}
    datasets.DatasetDict(parts).save_to_disk(str(folder))
    return folder


def load(folder: Path | str, listener: Listener = ignore, **fields: Any) -> Task:
    source = {"kind": "hub", "dataset": str(folder), "text": "message", "label": "kind", **fields}
    return TaskSource.from_config(source).load(listener)


def test_a_saved_data_set_has_its_class_names_and_named_splits(tmp_path: Path) -> None:
    heard: list[Event] = []
    folder = saved(tmp_path / "mine", train=rows("train"), validation=rows("dev", 24), test=rows("test", 20))
    task = load(folder, heard.append, dev="validation", test="test")
    assert (task.name, task.label_names) == ("mine", ("ham", "spam"))
    assert [len(split) for split in (task.train, task.dev, task.test)] == [60, 24, 20]
    assert task.train.texts[:2] == ("train message 0", "train message 1")
    assert task.train.labels[:2].tolist() == [0, 1]
    assert task.provenance == f"data set {folder}: train train, dev validation, test test"
    done = [event for event in heard if isinstance(event, Progress)]
    assert {(event.done, event.total, event.unit) for event in done} == {(n, n, "rows") for n in (60, 24, 20)}


def test_missing_splits_are_cut_out_of_train_as_those_of_files_are(tmp_path: Path) -> None:
    folder = saved(tmp_path / "mine", train=rows("train", 200))
    task = load(folder, max_train=50)
    columns = rows("train", 200)
    lines = [f"{text},{NAMES[label]}\n" for text, label in zip(columns["message"], columns["kind"], strict=True)]
    (tmp_path / "mine.csv").write_text("message,kind\n" + "".join(lines))
    same = Task.from_files(train=tmp_path / "mine.csv", text="message", label="kind", max_train=50)
    assert task.fingerprint == same.fingerprint


def test_one_saved_split_is_the_training_split(tmp_path: Path) -> None:
    folder = saved(tmp_path / "mine", train=rows("train", 200))
    assert load(folder / "train").fingerprint == load(folder).fingerprint


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_a_folder_of_files_is_read_with_labels_as_they_are(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "files").mkdir()
    for name, count in (("train", 80), ("test", 40)):
        part = datasets.Dataset.from_dict(rows(name, count))
        write = {"csv": part.to_csv, "jsonl": part.to_json, "parquet": part.to_parquet}[suffix]
        write(str(tmp_path / "files" / f"{name}.{suffix}"))
    task = load(tmp_path / "files", test="test", label_names=("no", "yes"))
    assert task.label_names == ("no", "yes")
    assert (len(task.train) + len(task.dev), len(task.test)) == (80, 40)


def test_pairs_of_texts(tmp_path: Path) -> None:
    columns = rows("train", 100) | {"second": [f"answer {number}" for number in range(100)]}
    datasets.Dataset.from_dict(columns).save_to_disk(str(tmp_path / "pairs"))
    task = load(tmp_path / "pairs", text=["message", "second"])
    assert task.text_fields == 2
    assert all(text[1].startswith("answer") for text in task.train.texts)


def test_texts_without_label_are_refused_or_left_out(tmp_path: Path) -> None:
    columns = rows("train")
    columns["kind"][3:5] = [-1, -1]
    columns["message"][7] = None
    folder = saved(tmp_path / "mine", train=columns)
    with pytest.raises(TaskError) as caught:
        load(folder)
    assert str(caught.value).splitlines() == [
        f"{folder}/train:4: label '-1' is not one of ham, spam.",
        f"{folder}/train:5: label '-1' is not one of ham, spam.",
        f"{folder}/train:8: the text is missing, not a string.",
        f"3 rows do not fit. {MEND_OR_SKIP}",
    ]
    heard: list[Event] = []
    assert load(folder, heard.append, skip_bad_rows=True).bad_rows.count == 3
    assert any("3 rows that do not fit were left out" in event.text for event in heard if isinstance(event, Notice))


def test_the_users_choice_of_labels_comes_before_the_features(tmp_path: Path) -> None:
    folder = saved(tmp_path / "mine", train=rows("train", 200))
    assert load(folder, labels=["spam", "ham"]).label_names == ("spam", "ham")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"test": "tset"}, r"mine: no split 'tset'\. Did you mean 'test'\? Known: test, train"),
        ({"text": "mesage"}, r"mine/train: no column 'mesage'\. Did you mean 'message'\?"),
        ({"label": "label"}, r"mine/train: no column 'label'\. .*Known: id, kind, message"),
        ({"label": "id"}, r"A class needs 20 texts or more, and '0' has 1, "),
    ],
)
def test_what_the_data_set_lacks_is_named(tmp_path: Path, fields: dict[str, Any], message: str) -> None:
    folder = saved(tmp_path / "mine", train=rows("train"), test=rows("test"))
    with pytest.raises(TaskError, match=message):
        load(folder, **fields)


def test_what_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=r"nobody/nothing: cannot be loaded: .*nobody/nothing.*It is no folder; is it"):
        load("nobody/nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(TaskError, match=r"empty: cannot be loaded: .*doesn't contain any data files"):
        load(tmp_path / "empty")
    (tmp_path / "script").mkdir()
    (tmp_path / "script" / "script.py").write_text("raise SystemExit('code was run')")
    with pytest.raises(TaskError, match=r"script: cannot be loaded: "):
        load(tmp_path / "script")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "train.parquet").write_bytes(b"PAR1")
    with pytest.raises(TaskError, match=r"broken: cannot be loaded: "):
        load(tmp_path / "broken")


def test_offline_is_named_as_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROSEARCH_OFFLINE", "1")
    with pytest.raises(TaskError, match=r"It is no folder, and the network is not to be used"):
        load("nobody/nothing")


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(TaskError, match=r"pip install 'rosearch\[datasets\]'"):
        load(tmp_path)


def test_the_library_says_nothing_itself(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "train.csv").write_text('message,kind\na,b,c\n"')
    capfd.readouterr()
    with pytest.raises(TaskError, match=r"broken: cannot be loaded: "):
        load(tmp_path / "broken")
    assert capfd.readouterr() == ("", "")


def test_the_librarys_bars_do_not_reach_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "files").mkdir()
    datasets.Dataset.from_dict(rows("train", 80)).to_csv(str(tmp_path / "files" / "train.csv"))
    capfd.readouterr()
    load(tmp_path / "files")
    assert capfd.readouterr() == ("", "")
