"""The files of a student beside its weights: ``student.json`` and the tokenizer. No torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, final

from rosearch.core.errors import InputError
from rosearch.core.files import read_json, write_json
from rosearch.data.tokenization import Tokenizer
from rosearch.space.architecture import Architecture

RECORD_FILE, WEIGHTS_FILE = "student.json", "model.safetensors"
SCHEMA_VERSION = 1
CONFIGURATION_FILE = "config.json"
"""Says the same where the transformers library saved the student."""
MODEL_TYPE = "rosearch"


@final
@dataclass(frozen=True, kw_only=True)
class StudentRecord:
    """What ``student.json`` says: all that is needed to build the network, read texts and name classes.

    Args:
        architecture: The genes.
        label_names: Names of the classes, in the order of the logits.
        max_length: Longest input in word pieces.
        vocabulary_size: Rows of the embedding table; more than the tokenizer has word pieces where it is rounded up.
    """

    architecture: Architecture
    label_names: tuple[str, ...]
    max_length: int
    vocabulary_size: int

    def write(self, folder: Path) -> None:
        """Writes ``student.json``; written last, it says that the folder is complete."""
        data = {
            "schema_version": SCHEMA_VERSION,
            "architecture": self.architecture.to_json(),
            "label_names": list(self.label_names),
            "max_length": self.max_length,
            "vocabulary_size": self.vocabulary_size,
        }
        write_json(folder / RECORD_FILE, data)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Reads what `write` wrote; without it, what the transformers library wrote of a student.

        Args:
            folder: Holds the file.

        Raises:
            InputError: If the file is missing, damaged or of another version.
        """
        path = folder / RECORD_FILE
        if not path.is_file() and (configuration := _configuration(folder)) is not None:
            return cls._configured(configuration, folder / CONFIGURATION_FILE)
        try:
            data: dict[str, Any] = dict(read_json(path))
        except (OSError, ValueError, TypeError):
            raise InputError(
                f"{folder}: holds no student (no readable student.json). "
                "Give a folder that Student.save_pretrained wrote, such as finalists/.../student of a run."
            ) from None
        if data.get("schema_version") != SCHEMA_VERSION:
            raise InputError(
                f"{path}: schema version {data.get('schema_version')!r}, this program reads "
                f"{SCHEMA_VERSION}. Open it with the version of rosearch that wrote it."
            )
        kinds = {"architecture": dict, "label_names": list, "max_length": int, "vocabulary_size": int}
        for key, kind in kinds.items():
            if not isinstance(data.get(key), kind):
                raise InputError(f"{path}: {key} is missing or damaged. Copy the whole folder again.")
        return cls(
            architecture=Architecture.from_json(data["architecture"], where=f"{path}: architecture"),
            label_names=tuple(data["label_names"]),
            max_length=data["max_length"],
            vocabulary_size=data["vocabulary_size"],
        )

    @classmethod
    def _configured(cls, data: Mapping[str, Any], path: Path) -> Self:
        # The library leaves out the names that two classes have when nobody named them.
        names = data.get("id2label", {"0": "LABEL_0", "1": "LABEL_1"})
        try:
            return cls(
                architecture=Architecture.from_json(data["architecture"], where=f"{path}: architecture"),
                label_names=tuple(names[str(number)] for number in range(len(names))),
                max_length=int(data["max_position_embeddings"]),
                vocabulary_size=int(data["vocab_size"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"{path}: not the configuration of a student ({error!r}). Copy the whole folder again."
            ) from None


def holds_student(folder: Path) -> bool:
    """Says whether a folder holds a student, written by this package or by the transformers library.

    Args:
        folder: Where to look.
    """
    return (folder / RECORD_FILE).is_file() or _configuration(folder) is not None


def _configuration(folder: Path) -> dict[str, Any] | None:
    """Returns what the transformers library says of a student; None where it says nothing of one."""
    try:
        data = read_json(folder / CONFIGURATION_FILE)
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) and data.get("model_type") == MODEL_TYPE else None


def read_tokenizer(folder: Path) -> Tokenizer:
    """Reads a student's tokenizer.

    Args:
        folder: Holds its files.

    Raises:
        InputError: If a file is damaged.
    """
    try:
        return Tokenizer.load(folder)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder}: the tokenizer's files are damaged: {error!r}. Copy the whole folder again."
        ) from None
