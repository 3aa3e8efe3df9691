"""`predict`: texts in, labels and probabilities out."""

import csv
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_processes import PROGRAM

from rosearch.cli.predictions import format_of
from rosearch.core.errors import InputError
from rosearch.export.origin import Origin
from rosearch.students.student import Student

TEXTS = ["A great movie .", "", "Boring \xe9\xe8 !", "word " * 200, "\U0001f600 \x00 odd"]


@pytest.fixture
def student(toy_study: Path) -> Path:
    return Origin.find(toy_study / "run").folder


def read(out: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(out), delimiter="\t"))


def test_lines_in_and_rows_out_in_order(rosearch: Callable, student: Path, tmp_path: Path) -> None:
    (tmp_path / "texts.txt").write_text("\n".join(TEXTS) + "\n", encoding="utf-8")
    answer = rosearch("predict", student, tmp_path / "texts.txt")
    assert answer.code == 0
    rows = read(answer.out)
    loaded = Student.from_pretrained(student)
    assert [row["line"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert [row["label"] for row in rows] == loaded.predict(TEXTS)
    for row, expected in zip(rows, loaded.probabilities(TEXTS), strict=True):
        assert [float(row["p(bad)"]), float(row["p(good)"])] == pytest.approx(list(expected), abs=2e-6)
        assert float(row["probability"]) == max(float(row["p(bad)"]), float(row["p(good)"]))
    assert "Empty texts, whose label says what the model makes of nothing: 1 of 5." in answer.err
    assert "Texts with more than 32 word pieces, whose ends were not read: 1 of 5." in answer.err


def test_a_run_stands_for_its_best_student_and_a_trial_for_itself(
    rosearch: Callable, toy_study: Path, student: Path
) -> None:
    texts = toy_study / "test.tsv"
    answer = rosearch("predict", toy_study / "run", texts)
    assert len(read(answer.out)) == 60
    assert answer.out == rosearch("predict", student, texts).out
    index = int(student.parent.parent.name[:4])
    assert rosearch("predict", toy_study / "run", texts, "--trial", index).out == answer.out
    assert rosearch("predict", toy_study / "run", texts, "--trial", 99).code == 2


def test_tables_name_their_field_and_formats_agree(rosearch: Callable, student: Path, tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("message,text\nGreat .,Awful .\n")
    (row,) = read(rosearch("predict", student, table, "--text", "message").out)
    (other,) = read(rosearch("predict", student, table).out)
    assert row["line"] == other["line"] == "2"
    assert row["p(good)"] != other["p(good)"]
    assert rosearch("predict", student, table, "--text", "message", "--out", tmp_path / "p.jsonl").out == ""
    data = json.loads((tmp_path / "p.jsonl").read_text())
    assert data["label"] == row["label"]
    assert data["probabilities"]["good"] == float(row["p(good)"])
    assert rosearch("predict", student, table, "--text", "message", "--format", "csv").out.startswith("line,label,")


def test_onnx_is_run_without_torch(rosearch: Callable, student: Path, toy_study: Path, tmp_path: Path) -> None:
    assert rosearch("export", student, "--to", "onnx", "--out", tmp_path / "onnx").code == 0
    torch = read(rosearch("predict", student, toy_study / "test.tsv").out)
    code = (
        "import sys; from rosearch.cli.main import main\n"
        "try: main()\n"
        "except SystemExit as end: print(end.code, 'torch' in sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "predict", str(tmp_path / "onnx"), str(toy_study / "test.tsv")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stderr.split()[-2:] == ["0", "False"]
    onnx = read(done.stdout)
    assert [row["label"] for row in onnx] == [row["label"] for row in torch]
    quantised = rosearch("predict", tmp_path / "onnx", toy_study / "test.tsv", "--precision", "int8")
    assert len(read(quantised.out)) == 60


class TestStandardInput:
    def predict(self, student: Path, raw: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([PROGRAM, "predict", student, *arguments], input=raw, capture_output=True)

    def test_bytes_that_are_no_text_are_replaced(self, student: Path) -> None:
        done = self.predict(student, b"fine \xff\xfe\n" + "caf\xe9\n".encode())
        assert done.returncode == 0
        assert len(read(done.stdout.decode())) == 2
        assert b"Texts with bytes that are no UTF-8, which were replaced: 1 of 2." in done.stderr

    def test_json_lines_with_a_field(self, student: Path) -> None:
        raw = b'{"a": "Great ."}\n{"a": null}\n{"a": "Awful ."}\n'
        done = self.predict(student, raw, "--text", "a")
        assert done.returncode == 2
        assert b"Error: standard input:2: the text is missing, not a string." in done.stderr
        assert len(read(done.stdout.decode())) == 1
        done = self.predict(student, raw, "--text", "a", "--skip-bad-rows")
        assert done.returncode == 0
        assert [row["line"] for row in read(done.stdout.decode())] == ["1", "3"]
        assert b"Rows that hold no text, left out: 1 of 3." in done.stderr

    def test_answers_come_while_texts_still_arrive(self, student: Path) -> None:
        with subprocess.Popen(
            [PROGRAM, "predict", student], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            for number in (1, 2, 3):
                process.stdin.write("A great movie .\n")
                process.stdin.flush()
                lines = [process.stdout.readline() for _ in range(2 if number == 1 else 1)]
                assert lines[-1].startswith(f"{number}\t")
            process.stdin.close()
            assert process.wait(timeout=60) == 0

    def test_a_reader_that_goes_away_is_no_fault(self, student: Path, tmp_path: Path) -> None:
        (tmp_path / "many.txt").write_text("A great movie .\n" * 20_000)
        command = f"'{PROGRAM}' predict '{student}' '{tmp_path / 'many.txt'}' | head -2"
        begun = time.monotonic()
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
        assert len(done.stdout.splitlines()) == 2
        assert done.stderr == ""
        assert time.monotonic() - begun < 60

    def test_nothing_gives_a_header(self, student: Path) -> None:
        assert self.predict(student, b"").stdout == b"line\tlabel\tprobability\tp(bad)\tp(good)\n"


def test_bars_on_the_terminal_take_nothing_from_the_results(student: Path, tmp_path: Path) -> None:
    import pty

    (tmp_path / "texts.txt").write_text("A great movie .\n" * 3000)
    ours, theirs = pty.openpty()
    with (tmp_path / "out.tsv").open("w") as out:
        command = [PROGRAM, "predict", student, tmp_path / "texts.txt"]
        done = subprocess.run(command, stdout=out, stderr=theirs, env={**os.environ, "TERM": "xterm"})
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 0
    assert len((tmp_path / "out.tsv").read_text().splitlines()) == 3001


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere.txt",), "nowhere.txt: cannot be read: No such file"),
        (("a.csv", "--text", "txet"), "a.csv:1: no column 'txet'. Did you mean 'text'?"),
        (("a.csv", "--out", "a.xlsx"), "a.xlsx: unknown suffix. Use .tsv, .csv or .jsonl"),
        (("a.csv", "--out", "a.csv"), "a.csv: is the file of the texts."),
        (("a.csv", "--text", "a", "--text", "b", "--text", "c"), "--text names 3 fields"),
        (("a.csv", "--format", "xml"), "Invalid value for '--format'"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    rosearch: Callable, student: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("id,text\n1,fine\n")
    answer = rosearch("predict", student, *arguments)
    assert answer.code == 2
    assert message in answer.words
    assert answer.out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_what_is_no_model_is_named(rosearch: Callable, tmp_path: Path) -> None:
    answer = rosearch("predict", tmp_path)
    assert answer.code == 2
    assert "neither a student's folder" in answer.err


def test_half_a_file_is_never_taken_for_whole(rosearch: Callable, student: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text\n" + "fine\n" * 3000 + "one,two\n")
    answer = rosearch("predict", student, tmp_path / "a.csv", "--out", tmp_path / "out.tsv")
    assert answer.code == 2
    assert "a.csv:3002: 2 fields where the header has 1" in answer.err
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_the_format_is_the_suffix_or_what_is_asked_for() -> None:
    assert format_of(None, None) == "tsv"
    assert format_of(Path("a.CSV"), None) == "csv"
    assert format_of(Path("a.csv"), "jsonl") == "jsonl"
    with pytest.raises(InputError):
        format_of(Path("a"), None)
