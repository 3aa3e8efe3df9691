"""Reading labelled rows: what is accepted, and how each bad row is named."""

import csv
import json
from pathlib import Path

import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rosearch.core.errors import TaskError
from rosearch.core.events import Event, Progress
from rosearch.data import json_lines, meter, parquet
from rosearch.data.readers import read_rows
from rosearch.data.rows import Row

CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20).filter(
    str.strip
)


def rows_of(path: Path, *, text: str | tuple[str, str] = "text", label: str = "label") -> list[Row]:
    return list(read_rows(path, text=text, label=label))


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plain.tsv", "text\tlabel\nfine film\tgood\ndull film\tbad\n"),
        ("order.tsv", "id\tlabel\ttext\n1\tgood\tfine film\n2\tbad\tdull film\n"),
        ("bom.tsv", b"\xef\xbb\xbftext\tlabel\nfine film\tgood\ndull film\tbad\n"),
        ("windows.csv", "text,label\r\nfine film,good\r\ndull film,bad\r\n"),
        ("no_last_newline.csv", "text,label\nfine film, good\n\ndull film,bad"),
        ("objects.jsonl", '{"text": "fine film", "label": "good"}\n\n{"label": "bad", "text": "dull film", "id": 2}\n'),
        ("OBJECTS.NDJSON", '\ufeff{"text": "fine film", "label": "good"}\n{"text": "dull film", "label": "bad"}'),
    ],
)
def test_each_kind_of_file_gives_the_same_rows(tmp_path: Path, name: str, content: str | bytes) -> None:
    rows = rows_of(write(tmp_path, name, content))
    assert [(row.text, row.label) for row in rows] == [("fine film", "good"), ("dull film", "bad")]


def test_two_text_fields_and_number_labels(tmp_path: Path) -> None:
    path = write(tmp_path, "pairs.jsonl", '{"a": "p", "b": "q", "y": 1}\n')
    assert rows_of(path, text=("a", "b"), label="y")[0].text == ("p", "q")
    assert rows_of(path, text="a", label="y")[0].label == "1"


def test_a_quoted_field_may_hold_line_feeds_and_lines_are_still_counted(tmp_path: Path) -> None:
    path = write(tmp_path, "rows.csv", 'text,label\n"two\nlines",good\nnext,bad\n"",bad\n')
    with pytest.raises(TaskError, match=r"rows\.csv:5: the text is empty"):
        rows_of(path)


def test_tsv_as_pandas_writes_it(tmp_path: Path) -> None:
    path = write(tmp_path, "rows.tsv", 'text\tlabel\n"he said ""no"""\tbad\n"a\ntwo"\tgood\n')
    assert [row.text for row in rows_of(path)] == ['he said "no"', "a\ntwo"]


def test_tsv_without_quoting_keeps_its_quotes_and_its_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "rows.tsv", 'text\tlabel\n"unclosed\tgood\nplain\tbad\nend" here\tgood\n"whole"\tbad\n')
    rows = rows_of(path)
    assert [row.text for row in rows] == ['"unclosed', "plain", 'end" here', '"whole"']
    assert [row.line for row in rows] == [2, 3, 4, 5]


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8),
    suffix=st.sampled_from(["csv", "tsv", "jsonl", "parquet"]),
)
def test_what_standard_libraries_write_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], suffix: str
) -> None:
    path = tmp_path_factory.mktemp("rows") / f"rows.{suffix}"
    if suffix == "parquet":
        polars.DataFrame(rows, schema=["text", "label"], orient="row").write_parquet(path)
        assert [(row.text, row.label) for row in rows_of(path)] == [(text, label.strip()) for text, label in rows]
        return
    with path.open("w", encoding="utf-8", newline="") as handle:
        if suffix == "jsonl":
            handle.writelines(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows)
        else:
            writer = csv.writer(handle, delimiter="," if suffix == "csv" else "\t")
            writer.writerows([("text", "label"), *rows])
    found = rows_of(path)
    assert [(row.text, row.label) for row in found] == [(text, label.strip()) for text, label in rows]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_a_missing_file_and_a_folder_are_named(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"folder.{suffix}").mkdir()
    for name, reason in ((f"none.{suffix}", "No such file"), (f"folder.{suffix}", "Is a directory")):
        with pytest.raises(TaskError, match=rf"{name}: cannot be read: {reason}"):
            rows_of(tmp_path / name)


def test_a_whole_file_in_one_line_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "LONGEST_LINE", 100)
    good = '{"text": "fine film", "label": "good"}\n'
    path = write(tmp_path, "rows.jsonl", good + "x" * 1234 + "\n" + good)
    with pytest.raises(TaskError, match=r"rows\.jsonl:2: more than 100 characters in a line; write one object a line"):
        rows_of(path)


def test_parquet_is_read_a_slice_at_a_time_with_rows_counted_from_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "SLICE_ROWS", 7)
    frame = polars.DataFrame(
        {"id": range(50), "label": [n % 3 for n in range(50)], "text": [f"t{n}" for n in range(50)]}
    )
    frame.write_parquet(tmp_path / "rows [1].parquet", row_group_size=16)
    expected = [Row(f"t{number}", str(number % 3), number + 1) for number in range(50)]
    assert rows_of(tmp_path / "rows [1].parquet") == expected


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl", "parquet"])
def test_the_bytes_and_rows_read_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    monkeypatch.setattr(meter, "ROWS_BETWEEN_EVENTS", 200)
    monkeypatch.setattr(parquet, "SLICE_ROWS", 200)
    path = tmp_path / f"rows.{suffix}"
    rows = [
        (f"text number {number} with so many words that it takes some room in the file", "x") for number in range(1000)
    ]
    if suffix == "parquet":
        polars.DataFrame(rows, schema=["text", "label"], orient="row").write_parquet(path)
    elif suffix == "jsonl":
        path.write_text("".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows))
    else:
        separator = "," if suffix == "csv" else "\t"
        path.write_text("".join(f"{text}{separator}{label}\n" for text, label in [("text", "label"), *rows]))
    heard: list[Event] = []
    assert len(list(read_rows(path, text="text", label="label", listener=heard.append))) == 1000
    events = [event for event in heard if isinstance(event, Progress)]
    assert [event.detail for event in events] == ["200 rows", "400 rows", "600 rows", "800 rows", *["1,000 rows"] * 2]
    done = [event.done for event in events]
    assert done == sorted(done)
    assert done[-2] < done[-1] == path.stat().st_size
    assert {(event.stage, event.unit, event.total) for event in events} == {
        (f"task: reading rows.{suffix}", "bytes", path.stat().st_size)
    }
