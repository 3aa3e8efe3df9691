"""The teacher behind a student on disk: by the run around it, by its card, or unknown."""

import shutil
from pathlib import Path

import pytest

from rosearch.export.card import write_card
from rosearch.export.lineage import teacher_of
from rosearch.export.origin import Origin
from rosearch.teachers.pretrained import Pretrained


@pytest.fixture(scope="module")
def origin(toy_study: Path) -> Origin:
    return Origin.find(toy_study / "run")


def test_the_run_around_a_student_tells_its_teacher(origin: Origin, toy_study: Path) -> None:
    teacher = teacher_of(origin.folder)
    assert isinstance(teacher, Pretrained)
    assert teacher.model == str(toy_study / "teacher")


def test_the_card_of_an_exported_student_tells_the_teachers_name(origin: Origin, tmp_path: Path) -> None:
    student = shutil.copytree(origin.folder, tmp_path / "student")
    assert teacher_of(student) is None
    write_card(student, origin, usage="use(it)", library="transformers")
    teacher = teacher_of(student)
    assert isinstance(teacher, Pretrained)
    assert teacher.model == "teacher"


@pytest.mark.parametrize("table", ["[teacher", '[teacher]\nkind = "oracle"', "[search]", "\xff"])
def test_a_card_that_somebody_rewrote_tells_nothing(table: str, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_bytes(f"# Mine\n\n```toml\n{table}\n```\n".encode("latin-1"))
    assert teacher_of(tmp_path) is None
    assert teacher_of(tmp_path / "README.md") is None
