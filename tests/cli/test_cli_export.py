"""`export`: a run's student in files that run elsewhere; `attack` takes them too."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rosearch.search.study import Study
from rosearch.students.onnx_student import OnnxStudent
from rosearch.students.student import Student


@pytest.fixture(scope="module")
def student(toy_study: Path) -> Path:
    return next((toy_study / "run" / "finalists").glob("*/0/student"))


def test_onnx(rosearch: Callable, student: Path, toy_study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = rosearch("export", student, "--to", "onnx", "--out", out)
    assert answer.code == 0
    *exact, int8 = [int(line.split()[-1]) for line in answer.out.splitlines() if "iB" in line]
    assert exact == [256, 256]
    assert 250 <= int8 <= 256
    texts = ["a great movie .", "dull", ""]
    expected = Student.from_pretrained(student).logits(texts)
    np.testing.assert_allclose(OnnxStudent.from_pretrained(out).logits(texts), expected, rtol=0, atol=1e-5)

    attack = ("attack", out, "--data", toy_study / "test.tsv", "--recipe", "deepwordbug", "--examples", 5, "--show", 0)
    for more in ((), ("--precision", "int8")):
        answer = rosearch(*attack, *more)
        assert answer.code == 0
        assert "deepwordbug" in answer.out


def test_hugging_face(rosearch: Callable, student: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = rosearch("export", student, "--to", "huggingface", "--out", out)
    assert answer.code == 0
    assert sum(line.rstrip().endswith(" 256") for line in answer.out.splitlines()) == 1
    assert f"card  {out}/README.md" in answer.out
    assert 'model="out"' in (out / "README.md").read_text()
    assert "Loading" not in answer.err
    assert (out / "modeling_rosearch.py").is_file()


def test_each_precision_is_attacked_and_the_card_says_what_it_keeps(
    rosearch: Callable, toy_study: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    answer = rosearch("export", toy_study / "run", "--to", "onnx", "--out", out, "--attack", 6)
    assert answer.code == 0
    assert "under attack on n = 6" in answer.out
    rows = [line for line in (out / "README.md").read_text().splitlines() if line.startswith("| `model")]
    assert [row.split("`")[1] for row in rows] == ["model.onnx", "model_fp16.onnx", "model_int8.onnx"]
    accuracy, *attacked = re.findall(r"\| ([\d.]+) ", rows[0])
    task = Study.open(toy_study / "run").load_task()
    right = OnnxStudent.from_pretrained(out).logits(task.test.texts).argmax(axis=1) == task.test.labels
    assert float(accuracy) == pytest.approx(100 * right.mean(), abs=0.05)
    kept: dict[str, float] = {}
    for figure in rosearch("attack", toy_study / "run", "--examples", 6, "--json").json["robustness"]:
        kind = figure["recipe"]["kind"]
        kept[kind] = min(kept.get(kind, 1.0), figure["robust_accuracy"])
    assert attacked[:-1:2] == [f"{100 * share:.1f}" for share in kept.values()]


def test_wrong_input_writes_nothing(rosearch: Callable, student: Path, toy_study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for model, *more in (
        (tmp_path,),
        (student, 3),
        (toy_study / "run", 99),
        (student, "--to", "tflite"),
        (student, "--attack", 5),
    ):
        answer = rosearch("export", model, "--to", "onnx", "--out", out, *more)
        assert answer.code == 2
        assert not out.exists()


def test_a_file_where_a_folder_is_needed_is_named(rosearch: Callable, student: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    export = ("export", student, "--to", "onnx")
    for command in (export, ("attack", student, "--data", tmp_path / "file")):
        for out in (tmp_path / "file", tmp_path / "file" / "below"):
            answer = rosearch(*command, "--out", out)
            assert answer.code == 2
            assert f"{tmp_path / 'file'}: is a file" in answer.err
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_named_before_any_work(
    rosearch: Callable, student: Path, tmp_path: Path
) -> None:
    out = tmp_path / "new" / ("x" * 300)
    for command in (("export", student, "--to", "onnx"), ("attack", student, "--data", tmp_path / "missing.tsv")):
        answer = rosearch(*command, "--out", out)
        assert answer.code == 2
        assert "nothing can be written there" in answer.err
    assert not (tmp_path / "new").exists()
