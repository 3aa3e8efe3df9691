"""The server of examples/: answers as the student does, refuses nonsense, never imports torch."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rosearch.device import seeded
from rosearch.export.onnx import export_onnx
from rosearch.space.architecture import InputGenes
from rosearch.students.network import StudentNetwork
from rosearch.students.standard import bag_of_embeddings
from rosearch.students.student import Student
from rosearch.teachers.teacher import PreparedTeacher

TEXTS = ["a great movie .", "", "dull " * 100]
WITHOUT_TORCH = """
import runpy, sys
sys.modules |= dict.fromkeys(("torch", "transformers", "safetensors", "onnx", "scipy", "polars", "pydantic"))
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture(scope="module")
def student(prepared_teacher: PreparedTeacher) -> Student:
    tokenizer = prepared_teacher.tokenizer()
    with seeded(0):
        network = StudentNetwork(
            bag_of_embeddings(InputGenes(rank=8, trained=True)), vocabulary_size=tokenizer.vocabulary_size, classes=2
        )
    return Student(network, tokenizer, label_names=("bad", "good"), max_length=24, device="cpu")


@pytest.fixture(scope="module")
def address(root: Path, student: Student, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("onnx")
    export_onnx(student, folder, precisions=("float32",))
    command = [sys.executable, "-c", WITHOUT_TORCH, root / "examples" / "serve_onnx.py", folder, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().split()[-1]
        server.terminate()


def ask(address: str, body: bytes) -> object:
    with urllib.request.urlopen(urllib.request.Request(address, data=body), timeout=60) as answer:  # noqa: S310
        return json.loads(answer.read())


def test_it_answers_as_the_student(address: str, student: Student) -> None:
    answers = ask(address, json.dumps(TEXTS).encode())
    assert isinstance(answers, list)
    assert [answer["label"] for answer in answers] == student.predict(TEXTS)
    shares = [[answer["probabilities"][name] for name in student.label_names] for answer in answers]
    np.testing.assert_allclose(shares, student.probabilities(TEXTS), rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"nonsense", 400), (b'{"a": 1}', 400), (b"[1]", 400), (b'["\\ud800 half a pair"]', 400), (b"", 413)],
)
def test_nonsense_is_refused(address: str, body: bytes, status: int) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        ask(address, body)
    assert error.value.code == status
    error.value.close()


def test_a_folder_without_a_graph_is_refused_in_a_sentence(root: Path, tmp_path: Path) -> None:
    command = [sys.executable, root / "examples" / "serve_onnx.py", tmp_path, "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert f"error: {tmp_path}: holds no student" in done.stderr


def test_it_is_short(root: Path) -> None:
    assert len((root / "examples" / "serve_onnx.py").read_text(encoding="utf-8").splitlines()) <= 60
