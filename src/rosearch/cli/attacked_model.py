"""What `rosearch attack` attacks: a student of any form, a Hugging Face classifier, or a function of the user's."""

import importlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, final

import numpy as np

from rosearch.core.errors import InputError
from rosearch.core.protocols import FloatArray, OnnxPrecision, Text

if TYPE_CHECKING:
    from rosearch.data.task import Task

LARGEST_MAX_LENGTH = 512


class AttackedModel(Protocol):
    """A model with the names of its classes."""

    @property
    def label_names(self) -> tuple[str, ...]:
        """The classes, in the order of the logits."""
        ...

    @property
    def max_length(self) -> int:
        """Longest input in word pieces; 0 where it is not known."""
        ...

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        """Returns logits, shape ``(len(texts), classes)``."""
        ...

    def truncated(self, texts: Sequence[Text]) -> int:
        """Returns how many of ``texts`` are longer than the model reads."""
        ...


def open_model(model: Path, *, labels: tuple[str, ...] | None, precision: OnnxPrecision | None) -> AttackedModel:
    """Opens what the user names.

    Args:
        model: A student's folder, a Hugging Face classifier's, or ``module:function``.
        labels: Names of a function's classes, in the order of its columns.
        precision: Of an exported student: which of its ONNX graphs.

    Raises:
        InputError: If it cannot be opened; the message says what it takes.
    """
    if names_function(model):
        return FunctionModel.named(str(model), labels)
    if is_foreign_checkpoint(model):
        return _hugging_face(model)
    from rosearch.students.loading import load_student

    return load_student(model, precision=precision)


def mended(model: AttackedModel, task: "Task") -> AttackedModel:
    """Puts a model behind a mending of its input; the words of the training texts are the known ones."""
    from rosearch.students.normalised import Normalised

    return FunctionModel(Normalised.learn(model, task.train.texts).logits, model.label_names)


def folder_of(model: Path) -> Path:
    """Takes an exported graph for the student's folder that it lies in."""
    return model.parent if model.suffix == ".onnx" and model.is_file() else model


def graph_precision(model: Path) -> OnnxPrecision | None:
    """Returns the precision of a graph that is named as such."""
    from rosearch.students.onnx_student import ONNX_FILES

    return next((precision for precision, name in ONNX_FILES.items() if model.name == name), None)


def names_function(model: Path) -> bool:
    """Says whether ``module:function`` is meant, rather than a path."""
    return ":" in str(model) and not model.exists()


def is_foreign_checkpoint(folder: Path) -> bool:
    """Says whether a folder holds a Hugging Face checkpoint that is no student of ours."""
    from rosearch.students.record import CONFIGURATION_FILE, holds_student

    return (folder / CONFIGURATION_FILE).is_file() and not holds_student(folder)


@final
class FunctionModel:
    """A function from texts to one row of logits or probabilities each.

    Args:
        function: Takes a list of texts, gives an array of shape ``(len(texts), classes)``. Rows that are not negative
            and sum to 1 are taken as probabilities and attacked through their logarithms.
        label_names: The classes, in the order of the columns.
    """

    max_length = 0

    def __init__(self, function: Callable[[list[Text]], Any], label_names: tuple[str, ...]) -> None:
        self._function = function
        self.label_names = label_names

    @classmethod
    def named(cls, name: str, labels: tuple[str, ...] | None) -> "FunctionModel":
        """Imports a function; its module may lie in the current directory.

        Args:
            name: ``module:function``.
            labels: The classes.

        Raises:
            InputError: If there is no such function, or the classes are not named.
        """
        if labels is None:
            raise InputError(f"{name}: say with --labels A,B which classes the columns of the function's result are.")
        module, _, attribute = name.partition(":")
        sys.path.insert(0, str(Path.cwd()))
        try:
            function = getattr(importlib.import_module(module), attribute)
        except (ImportError, AttributeError, ValueError) as error:
            raise InputError(
                f"{name}: cannot be imported: {error}. Give module:function, as Python finds it."
            ) from error
        finally:
            sys.path.pop(0)
        return cls(function, labels)

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        """Returns the function's logits, or the logarithms of its probabilities, shape ``(len(texts), classes)``."""
        rows = np.asarray(self._function(list(texts)), dtype=np.float64)
        shares = rows.ndim == 2 and bool((rows >= 0).all()) and np.allclose(rows.sum(axis=1), 1, rtol=0, atol=1e-6)
        return np.log(np.maximum(rows, np.finfo(np.float64).tiny)) if shares else rows

    def truncated(self, texts: Sequence[Text]) -> int:  # noqa: ARG002 - what a function reads is its own affair
        """Returns 0: what the function cuts is not known."""
        return 0


def _hugging_face(folder: Path) -> AttackedModel:
    from transformers import AutoConfig, AutoTokenizer

    from rosearch.teachers.checkpoint import loading
    from rosearch.teachers.model import TeacherModel

    with loading(str(folder), what="a text classifier"):
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
        read = AutoTokenizer.from_pretrained(folder, trust_remote_code=False).model_max_length
    positions = getattr(config, "max_position_embeddings", LARGEST_MAX_LENGTH)
    names = tuple(str(config.id2label[number]) for number in range(config.num_labels))
    model = TeacherModel.load(
        folder, label_names=names, max_length=min(read, positions, LARGEST_MAX_LENGTH), precision="float32"
    )
    if model.head_is_fresh:
        raise InputError(f"{folder}: holds a checkpoint without a classification head. Give a fine-tuned classifier.")
    return model
