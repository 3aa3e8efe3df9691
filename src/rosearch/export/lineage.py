"""The teacher that a student on disk learned from, as far as the run around it or its card tells. No torch."""

import re
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

from rosearch.core.config import read_toml
from rosearch.core.errors import ConfigError
from rosearch.export.card import CARD_FILE
from rosearch.teachers.teacher import Teacher

_CONFIGURATION = re.compile(r"^```toml\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def teacher_of(student: Path) -> Teacher | None:
    """Returns the teacher of a student; None where it is not known, or its kind is not.

    Args:
        student: A student's folder, within a run or exported from one. A card names files without their folders, so of
            an exported student only a hub id or ``"minilm"`` tells which teacher it was.
    """
    tables = _of_the_run(student) or _of_the_card(student)
    with suppress(ConfigError):
        return Teacher.from_config(tables["teacher"]) if "teacher" in tables else None
    return None


def _of_the_run(student: Path) -> dict[str, Any]:
    files = (folder / "run.toml" for folder in student.resolve().parents)
    with suppress(ConfigError):
        return next((read_toml(file) for file in files if file.is_file()), {})
    return {}


def _of_the_card(student: Path) -> dict[str, Any]:
    with suppress(OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        found = _CONFIGURATION.search((student / CARD_FILE).read_text(encoding="utf-8"))
        return tomllib.loads(found.group(1)) if found else {}
    return {}
