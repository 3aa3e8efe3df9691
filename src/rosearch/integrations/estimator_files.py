"""A fitted estimator on disk: a student's folder and one JSON file. Nothing is pickled."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from rosearch.core.errors import InputError
from rosearch.core.files import read_json, write_json
from rosearch.students.loading import load_student
from rosearch.students.text_classifier import TextClassifier

FILE = "estimator.json"
VERSION = 1
PLAIN = (str, int, float, bool)


@final
@dataclass(frozen=True, kw_only=True)
class Saved:
    """What a folder holds.

    Args:
        student: Loaded.
        classes: The labels, shape ``(classes,)``.
        parameters: Of the estimator.
        text_fields: Fields of each text.
    """

    student: TextClassifier
    classes: NDArray[Any]
    parameters: Mapping[str, Any]
    text_fields: int


def save(folder: Path, student: Any, classes: NDArray[Any], parameters: Mapping[str, Any], *, text_fields: int) -> None:
    """Writes a fitted estimator.

    Args:
        folder: Where to.
        student: A `Student`.
        classes: The labels, shape ``(classes,)``.
        parameters: Of the estimator.
        text_fields: Fields of each text.

    Raises:
        ValueError: If a label cannot be written as JSON.
    """
    labels = classes.tolist()
    if strange := [label for label in labels if not isinstance(label, PLAIN)]:
        raise ValueError(f"Label {strange[0]!r} is of type {type(strange[0]).__name__}, which JSON has no place for.")
    # Paths become strings and tuples lists; whatever else JSON does not know, such as a generator, is left out.
    written = {name: _plain(value) for name, value in parameters.items()}
    student.save_pretrained(folder)
    record = {
        "version": VERSION,
        "classes": labels,
        "dtype": classes.dtype.str,
        "text_fields": text_fields,
        "parameters": {name: value for name, value in written.items() if value is not ...},
    }
    write_json(folder / FILE, record)


def load(folder: Path) -> Saved:
    """Reads a fitted estimator.

    Args:
        folder: Where it stands.

    Raises:
        InputError: If a file is missing or damaged.
    """
    path = folder / FILE
    try:
        record = read_json(path)
        if record["version"] != VERSION:
            raise InputError(f"{path}: version {record['version']!r}, this program reads {VERSION}.")
        dtype = np.dtype(record["dtype"])
        classes = np.array(record["classes"], dtype=dtype)
        parameters = {
            name: tuple(value) if isinstance(value, list) else value for name, value in record["parameters"].items()
        }
        text_fields = int(record["text_fields"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path}: holds no estimator ({error!r}). Give a folder that RoSearchClassifier.save wrote."
        ) from None
    return Saved(student=load_student(folder), classes=classes, parameters=parameters, text_fields=text_fields)


def packed(student: Any) -> dict[str, bytes]:
    """Returns a student's files by name, so that it can go to another process like any data.

    Args:
        student: A `Student`.
    """
    with tempfile.TemporaryDirectory(prefix="rosearch-student-") as folder:
        student.save_pretrained(folder)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def unpacked(files: Mapping[str, bytes]) -> TextClassifier:
    """Returns the student of some files.

    Args:
        files: What ``packed`` gave.
    """
    with tempfile.TemporaryDirectory(prefix="rosearch-student-") as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        return load_student(folder)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, PLAIN):
        return value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return ...
