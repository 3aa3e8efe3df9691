"""The one file of code: the package's own lines, and enough where the package is not."""

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rosearch.export.hugging_face.directory import export_hugging_face
from rosearch.export.hugging_face.self_contained import self_contained_code
from rosearch.export.inlining import inlined
from rosearch.students.student import Student

TEXTS = ["a great movie .", "dull", "the plot was awful " * 30, "", "[PAD] xyzzy superb"]
WITHOUT_ROSEARCH = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "rosearch":
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Blocked())
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline
folder, copy = sys.argv[1:]
classify = pipeline("text-classification", model=folder, trust_remote_code=True, top_k=None)
for answer in classify({texts!r}, truncation=True):
    print(*(row["score"] for row in sorted(answer, key=lambda row: row["label"])))
model = AutoModelForSequenceClassification.from_pretrained(folder, trust_remote_code=True)
model.save_pretrained(copy)
AutoTokenizer.from_pretrained(folder, trust_remote_code=True).save_pretrained(copy)
model = AutoModelForSequenceClassification.from_pretrained(copy, trust_remote_code=True)
print(*model.config.id2label.values())
"""


def test_without_this_package_the_students_answers_are_the_same(
    hugging_face: Path, student: Student, tmp_path: Path
) -> None:
    answers_alike(hugging_face, student, tmp_path)


@pytest.mark.parametrize("reading_student", ["ngrams and clusters, pruned"], indirect=True)
def test_a_student_that_reads_more_than_word_pieces_does_so_without_this_package(
    reading_student: Student, tmp_path: Path
) -> None:
    export_hugging_face(reading_student, tmp_path / "exported")
    answers_alike(tmp_path / "exported", reading_student, tmp_path)


def answers_alike(folder: Path, student: Student, tmp_path: Path) -> None:
    """Asks the directory and its copy in a process where this package cannot be imported."""
    script = tmp_path / "script.py"
    script.write_text(WITHOUT_ROSEARCH.format(texts=TEXTS))
    copy = tmp_path / "copy"
    done = subprocess.run(
        [sys.executable, "-I", script, folder, copy],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    *rows, names = done.stdout.splitlines()
    shares = [[float(share) for share in row.split()] for row in rows]
    np.testing.assert_allclose(shares, student.probabilities(TEXTS), rtol=0, atol=1e-6)
    assert tuple(names.split()) == student.label_names
    assert (copy / "modeling_rosearch.py").read_text() == self_contained_code()


def test_each_definition_stands_there_line_by_line() -> None:
    lines = self_contained_code().splitlines()
    package = Path(sys.modules["rosearch"].__file__ or "").parent
    known = {line for path in package.rglob("*.py") for line in path.read_text().splitlines()}
    body = lines[lines.index('CODE_FILE = "modeling_rosearch.py"') :]
    assert len(body) > 500
    assert [line for line in body if line not in known] == []


def test_it_imports_nothing_of_this_package_and_nothing_uncommon() -> None:
    roots = set()
    for node in ast.walk(ast.parse(self_contained_code())):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            roots |= {name.partition(".")[0] for name in names}
    assert roots - set(sys.stdlib_module_names) == {"numpy", "torch", "transformers"}


class TestInlining:
    @pytest.fixture(autouse=True)
    def package(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A package of two modules."""
        folder = tmp_path / "inlined_toy"
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "base.py").write_text(
            "import math\n\nUNUSED = 1\nSIZE = 2\n'''How large.'''\n\n\ndef helper() -> int:\n    return SIZE\n\n\n"
            "class Base:\n    def used(self) -> float:\n        return math.sqrt(helper())\n\n"
            "    def unused(self) -> int:\n        return UNUSED\n"
        )
        (folder / "top.py").write_text(
            "from inlined_toy.base import Base\n\n\nclass Top(Base):\n    def ask(self) -> float:\n"
            "        return self.used()\n\n\ndef ask() -> float:\n    return Top().ask()\n"
        )
        (folder / "clash.py").write_text(
            "from inlined_toy.top import ask\n\n\ndef helper() -> float:\n    return ask()\n"
        )
        monkeypatch.syspath_prepend(tmp_path)

    def test_what_is_needed_comes_in_order_and_the_rest_is_left_out(self) -> None:
        text = inlined([("inlined_toy.top", "ask")], package="inlined_toy")
        assert text == (
            "import math\n\n\nSIZE = 2\n'''How large.'''\n\n\ndef helper() -> int:\n    return SIZE\n\n\n"
            "class Base:\n    def used(self) -> float:\n        return math.sqrt(helper())\n\n\n"
            "class Top(Base):\n    def ask(self) -> float:\n        return self.used()\n\n\n"
            "def ask() -> float:\n    return Top().ask()\n"
        )

    def test_one_name_of_two_meanings_is_refused(self) -> None:
        with pytest.raises(ValueError, match="'helper' means both"):
            inlined([("inlined_toy.clash", "helper")], package="inlined_toy")
