"""Reading labelled rows: what is accepted, and how each bad row is named."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rosearch.core.errors import TaskError
from rosearch.data.readers import read_rows

CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20).filter(
    str.strip
)


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
    rows = read_rows(write(tmp_path, name, content), text="text", label="label")
    assert [(row.text, row.label) for row in rows] == [("fine film", "good"), ("dull film", "bad")]


def test_two_text_fields_and_number_labels(tmp_path: Path) -> None:
    path = write(tmp_path, "pairs.jsonl", '{"a": "p", "b": "q", "y": 1}\n')
    assert read_rows(path, text=("a", "b"), label="y")[0].text == ("p", "q")
    assert read_rows(path, text="a", label="y")[0].label == "1"


def test_a_quoted_field_may_hold_line_feeds_and_lines_are_still_counted(tmp_path: Path) -> None:
    path = write(tmp_path, "rows.csv", 'text,label\n"two\nlines",good\nnext,bad\n"",bad\n')
    with pytest.raises(TaskError, match=r"rows\.csv:5: the text is empty"):
        read_rows(path, text="text", label="label")


def test_tsv_as_pandas_writes_it(tmp_path: Path) -> None:
    path = write(tmp_path, "rows.tsv", 'text\tlabel\n"he said ""no"""\tbad\n"a\ntwo"\tgood\n')
    assert [row.text for row in read_rows(path, text="text", label="label")] == ['he said "no"', "a\ntwo"]


def test_tsv_without_quoting_keeps_its_quotes_and_its_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "rows.tsv", 'text\tlabel\n"unclosed\tgood\nplain\tbad\nend" here\tgood\n"whole"\tbad\n')
    rows = read_rows(path, text="text", label="label")
    assert [row.text for row in rows] == ['"unclosed', "plain", 'end" here', '"whole"']
    assert [row.line for row in rows] == [2, 3, 4, 5]


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8), suffix=st.sampled_from(["csv", "tsv", "jsonl"]))
def test_what_standard_libraries_write_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], suffix: str
) -> None:
    path = tmp_path_factory.mktemp("rows") / f"rows.{suffix}"
    with path.open("w", encoding="utf-8", newline="") as handle:
        if suffix == "jsonl":
            handle.writelines(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows)
        else:
            writer = csv.writer(handle, delimiter="," if suffix == "csv" else "\t")
            writer.writerows([("text", "label"), *rows])
    found = read_rows(path, text="text", label="label")
    assert [(row.text, row.label) for row in found] == [(text, label.strip()) for text, label in rows]


BAD_ROWS = [
    ("rows.csv", "text,label\na,x\nb\n", r"rows\.csv:3: 1 fields where the header has 2"),
    ("rows.csv", "text,label\na,x,y\n", r"rows\.csv:2: 3 fields where the header has 2"),
    ("rows.csv", "text,label\n  ,x\n", r"rows\.csv:2: the text is empty"),
    ("rows.csv", "text,label\na,\n", r"rows\.csv:2: the label is empty"),
    ("rows.csv", b"text,label\ncaf\xe9,x\n", r"rows\.csv:2: the text is not valid UTF-8; save the file as UTF-8"),
    ("rows.csv", b"text,label\na,caf\xe9\n", r"rows\.csv:2: the label is not valid UTF-8"),
    ("rows.csv", 'text,label\n"a" b,x\n', r"rows\.csv:2: cannot be split into fields .* a quote is not closed"),
    ("rows.csv", 'text,label\nok,x\n"never closed,x\n', r"rows\.csv:3: cannot be split into fields"),
    ("rows.csv", "text,label\n" + "a" * 200_000 + ",x\n", r"rows\.csv:2: cannot be split .*larger than field limit"),
    ("rows.tsv", "text\tlabel\na\tx\nb x\n", r"rows\.tsv:3: 1 fields where the header has 2"),
    ("rows.tsv", 'text\tlabel\n"a\tx\nb x\n', r"rows\.tsv:3: 1 fields where the header has 2"),
    ("rows.jsonl", '{"text": "a", "label": "x"}\n{"text": "b"\n', r"rows\.jsonl:2: not valid JSON: .*delimiter"),
    ("rows.jsonl", '["a", "x"]\n', r"rows\.jsonl:1: not a JSON object"),
    ("rows.jsonl", '{"text": "a"}\n', r"rows\.jsonl:1: no field 'label'; there are 'text'"),
    ("rows.jsonl", '{"label": "x"}\n', r"rows\.jsonl:1: no field 'text'; there are 'label'"),
    ("rows.jsonl", '{"text": 3, "label": "x"}\n', r"rows\.jsonl:1: the text is 3, not a string"),
    ("rows.jsonl", '{"text": null, "label": "x"}\n', r"rows\.jsonl:1: the text is missing, not a string"),
    ("rows.jsonl", '{"text": "a", "label": null}\n', r"rows\.jsonl:1: the label is missing, not a name"),
    ("rows.jsonl", '{"text": "a", "label": true}\n', r"rows\.jsonl:1: the label is True, not a name"),
    ("rows.jsonl", '{"text": "a", "label": [1]}\n', r"rows\.jsonl:1: the label is \[1\], not a name"),
    ("rows.jsonl", '{"text": "a\\ud800", "label": "x"}\n', r"rows\.jsonl:1: the text is not valid UTF-8"),
    ("rows.jsonl", b'{"text": "caf\xe9", "label": "x"}\n', r"rows\.jsonl:1: the text is not valid UTF-8"),
]
BAD_FILES = [
    ("rows.csv", "", r"rows\.csv: is empty\. Its first line must name the columns"),
    ("rows.csv", "text,label\n", r"rows\.csv: holds no rows"),
    ("rows.csv", "txt,label\na,x\n", r"rows\.csv:1: no column 'text'\. Did you mean 'txt'\?"),
    ("rows.csv", "text,label,text\na,x,b\n", r"rows\.csv:1: column 'text' stands there more than once"),
    ("rows.tsv", "text,label\na,x\n", r"rows\.tsv:1: no column 'text'"),
    ("rows.tsv", "text\tlabel\na\tx\n".encode("utf-16"), r"rows\.tsv:1: no column 'text'"),
    ("rows.jsonl", "\n", r"rows\.jsonl: holds no rows"),
    ("rows.txt", "text\n", r"rows\.txt: unknown kind of file\. Known suffixes: \.tsv, \.csv, \.jsonl, \.ndjson"),
]


@pytest.mark.parametrize(("name", "content", "message"), BAD_ROWS + BAD_FILES)
def test_what_does_not_fit_is_named_with_its_place(
    tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    with pytest.raises(TaskError, match=message):
        read_rows(write(tmp_path, name, content), text="text", label="label")


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_a_missing_file_and_a_folder_are_named(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"folder.{suffix}").mkdir()
    for name, reason in ((f"none.{suffix}", "No such file"), (f"folder.{suffix}", "Is a directory")):
        with pytest.raises(TaskError, match=rf"{name}: cannot be read: {reason}"):
            read_rows(tmp_path / name, text="text", label="label")


def test_the_first_ten_places_and_the_number_of_bad_rows_are_given(tmp_path: Path) -> None:
    lines = "".join("  ,x\n" if line % 2 else "fine,x\n" for line in range(50))
    with pytest.raises(TaskError) as caught:
        read_rows(write(tmp_path, "rows.csv", "text,label\n" + lines), text="text", label="label")
    message = str(caught.value).splitlines()
    assert len(message) == 12
    assert message[0].endswith("rows.csv:3: the text is empty.")
    assert message[-2:] == ["... and 15 more.", "25 rows do not fit. Mend or delete such rows."]


def test_an_unknown_label_is_named_with_the_one_that_was_meant(tmp_path: Path) -> None:
    path = write(tmp_path, "rows.csv", "text,label\na,negative\nb,postive\n")
    expected = r"rows\.csv:3: label 'postive' is not one of negative, positive \(did you mean 'positive'\?\)"
    with pytest.raises(TaskError, match=expected):
        read_rows(path, text="text", label="label", labels=("negative", "positive"))
