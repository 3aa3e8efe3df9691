"""Every bad input is refused with its place and what is wrong; with `skip_bad_rows` it is left out and counted."""

from pathlib import Path
from typing import Any

import pytest
from bad_inputs import BAD_INPUTS, FIRST, GOOD, BadInput, table

from rosearch.core.errors import TaskError
from rosearch.core.events import Event, Notice
from rosearch.data.task import Task


def load(folder: Path, bad: BadInput, **fields: Any) -> Task:
    path = folder / bad.name
    path.write_bytes(bad.content)
    return Task.from_files(train=path, dev_share=0.2, test_share=0.2, **bad.fields, **fields)


def name_of(bad: BadInput) -> str:
    return f"{bad.name}: {bad.what}"


def test_the_corpus_is_large_and_its_cases_differ() -> None:
    assert len(BAD_INPUTS) >= 80
    assert len({name_of(bad) for bad in BAD_INPUTS}) == len(BAD_INPUTS)
    assert {Path(bad.name).suffix for bad in BAD_INPUTS} >= {".csv", ".tsv", ".jsonl", ".parquet"}


@pytest.mark.parametrize("bad", BAD_INPUTS, ids=name_of)
def test_a_bad_input_is_refused_by_name(tmp_path: Path, bad: BadInput) -> None:
    with pytest.raises(TaskError, match=bad.message) as caught:
        load(tmp_path, bad)
    assert len(str(caught.value)) < 2500


@pytest.mark.parametrize("bad", BAD_INPUTS, ids=name_of)
def test_with_leave_to_skip_bad_rows_are_left_out_and_counted(tmp_path: Path, bad: BadInput) -> None:
    if bad.left_out is None:
        with pytest.raises(TaskError):
            load(tmp_path, bad, skip_bad_rows=True)
        return
    heard: list[Event] = []
    task = load(tmp_path, bad, skip_bad_rows=True, listener=heard.append)
    assert task.bad_rows.count == bad.left_out
    assert len(task.bad_rows.places) == min(bad.left_out, 10)
    assert f"{bad.left_out} rows that do not fit were left out" in str([e.text for e in heard if isinstance(e, Notice)])
    kept = {*task.train.texts, *task.dev.texts, *task.test.texts}
    assert kept >= {text for text, _ in GOOD}
    assert task.label_names == ("ham", "spam")


def test_too_many_bad_rows_are_no_accident(tmp_path: Path) -> None:
    bad = BadInput("", "a.csv", table(",", *[",ham"] * 41), r"41 rows do not fit, and 40 do: too many to be left out")
    with pytest.raises(TaskError, match=bad.message):
        load(tmp_path, bad, skip_bad_rows=True)


def test_bad_rows_of_all_files_are_counted_together(tmp_path: Path) -> None:
    for name, faults in (("train", 3), ("dev", 2), ("test", 9)):
        content = table(",", *[",ham"] * faults, good=[(f"{name} {text}", label) for text, label in GOOD])
        (tmp_path / f"{name}.csv").write_bytes(content)
    paths = {name: tmp_path / f"{name}.csv" for name in ("train", "dev", "test")}
    task = Task.from_files(**paths, skip_bad_rows=True)
    assert task.bad_rows.count == 14
    assert len(task.bad_rows.places) == 10
    assert (len(task.train), len(task.dev), len(task.test)) == (40, 40, 40)
    assert task.bad_rows.to_record()["count"] == 14
    with pytest.raises(TaskError, match=rf"test\.csv:{FIRST}: the text is empty"):
        Task.from_files(**paths)


def test_fewer_texts_a_class_may_be_allowed(tmp_path: Path) -> None:
    bad = BadInput("", "a.csv", table(",", *(f"words of {number},eggs" for number in range(8))), "'eggs' has 8")
    with pytest.raises(TaskError, match=bad.message):
        load(tmp_path, bad)
    assert load(tmp_path, bad, min_class_texts=8).label_names == ("eggs", "ham", "spam")
