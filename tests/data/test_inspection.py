"""What a file seems to hold: which field is the text, which the label."""

import csv
import json
from pathlib import Path

import polars
import pytest

from rosearch.core.errors import TaskError
from rosearch.data.inspection import inspect

ROWS = 60


def texts(number: int) -> str:
    return f"the story number {number} was told in quite a few words"


COLUMNS = {
    "id": lambda n: str(n),
    "text": texts,
    "message": texts,
    "Review": texts,
    "headline": lambda n: f"news {n}",
    "label": lambda n: ("bad", "good", "fair")[n % 3],
    "y": lambda n: str(n % 2),
    "Verdict": lambda n: ("yes", "no")[n % 2],
    "stars": lambda n: str(n % 5),
    "split": lambda n: ("train", "test")[n % 2],
    "score": lambda n: f"{(n % 4) / 10 + 0.05:.2f}",
    "premise": texts,
    "hypothesis": lambda n: f"a claim about {n}",
    "lang": lambda n: ("en", "de")[n % 2],
    "when": lambda n: f"2024-01-{n % 28 + 1:02d}",
}


def write_csv(path: Path, *names: str) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows([COLUMNS[name](number) for name in names] for number in range(ROWS))
    return path


@pytest.mark.parametrize(
    ("names", "text", "label"),
    [
        (("text", "label"), ("text",), "label"),
        (("label", "text"), ("text",), "label"),
        (("id", "Review", "Verdict"), ("Review",), "Verdict"),
        (("id", "split", "message", "stars"), ("message",), "stars"),
        (("headline", "Review", "lang", "Verdict"), ("Review",), "Verdict"),
        (("y", "message", "when", "score"), ("message",), "y"),
        (("premise", "hypothesis", "label"), ("premise", "hypothesis"), "label"),
        (("split", "Verdict", "Review"), ("Review",), "Verdict"),
    ],
)
def test_text_and_label_are_guessed(tmp_path: Path, names: tuple, text: tuple, label: str) -> None:
    found = inspect(write_csv(tmp_path / "a.csv", *names))
    assert (found.text, found.label) == (text, label)
    assert found.rows == ROWS
    assert [field.name for field in found.fields] == list(names)
    assert sum(found.classes.values()) == ROWS


@pytest.mark.parametrize("suffix", [".tsv", ".jsonl", ".parquet"])
def test_every_kind_of_file_is_read(tmp_path: Path, suffix: str) -> None:
    rows = [{"message": texts(number), "opinion": ("bad", "good")[number % 2]} for number in range(ROWS)]
    path = tmp_path / f"a{suffix}"
    if suffix == ".parquet":
        polars.DataFrame(rows).write_parquet(path)
    elif suffix == ".jsonl":
        path.write_text("".join(json.dumps(row | ({"note": 1} if row is rows[3] else {})) + "\n" for row in rows))
    else:
        path.write_text("message\topinion\n" + "".join(f"{row['message']}\t{row['opinion']}\n" for row in rows))
    found = inspect(path)
    assert (found.text, found.label, found.rows) == (("message",), "opinion", ROWS)
    assert found.classes == {"bad": 30, "good": 30}
    assert found.mean_words == 11


def test_what_the_user_says_counts(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", "headline", "Review", "label", "stars")
    found = inspect(path, text=["headline"], label="stars")
    assert (found.text, found.label) == (("headline",), "stars")
    with pytest.raises(TaskError, match=r"a\.csv: no field 'lable'\. Did you mean 'label'\?"):
        inspect(path, label="lable")
    with pytest.raises(TaskError, match="field 'Review' is no label"):
        inspect(path, label="Review")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("id", "Review"), "no field looks like a label"),
        (("id", "stars"), "no field looks like a text"),
    ],
)
def test_a_file_without_text_or_label_is_refused(tmp_path: Path, names: tuple, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        inspect(write_csv(tmp_path / "a.csv", *names))


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,label\n")
    with pytest.raises(TaskError, match="no row could be read"):
        inspect(tmp_path / "a.csv")
