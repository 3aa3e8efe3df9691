"""What a teacher is to the rest of the program: a folder of files that is ready for distillation. No torch."""

import shutil
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from rosearch.core.component import Component
from rosearch.core.errors import TeacherError
from rosearch.core.events import Listener, ignore
from rosearch.core.files import read_json
from rosearch.core.protocols import Precision, Text
from rosearch.core.rng import SeedTree
from rosearch.data.task import Task
from rosearch.data.tokenization import Tokenizer

if TYPE_CHECKING:
    from rosearch.teachers.model import TeacherModel
    from rosearch.teachers.outputs import OutputCache, Outputs


class Teacher(Component, ABC):
    """Base of teachers: configuration that can be made into a `PreparedTeacher`."""

    family: ClassVar[str] = "teacher"
    members: ClassVar[tuple[str, ...]] = ("rosearch.teachers.pretrained",)

    @abstractmethod
    def prepare(self, task: Task, folder: Path, *, seeds: SeedTree, listener: Listener = ignore) -> "PreparedTeacher":
        """Makes the teacher ready for ``task``, or returns at once where ``folder`` already holds the result.

        Args:
            task: What the teacher must classify.
            folder: Where its files stand afterwards.
            seeds: The branch of the seed tree for fine-tuning.
            listener: Hears the progress.

        Raises:
            TeacherError: If the model cannot be loaded or does not fit the task.
        """

    @abstractmethod
    def source_fingerprint(self) -> str:
        """Names what the teacher is made from, cheaply; a resumed run refuses another source."""

    def in_brief(self) -> "Teacher":
        """Returns the same teacher with as little training as tells how fast it is."""
        return self

    def training_steps(self, texts: int) -> int:
        """Returns the steps of fine-tuning on so many training texts, where there is any."""
        del texts
        return 0

    @staticmethod
    def from_pretrained(model: str, **fields: Any) -> "Teacher":
        """Returns the teacher for a directory, a hub id or ``"minilm"``; ``fields`` are those of `Pretrained`."""
        return Teacher.from_config({"kind": "pretrained", "model": model, **fields})


@final
@dataclass(frozen=True, kw_only=True)
class PreparedTeacher:
    """A teacher's files: model, tokenizer, word embeddings and cached outputs.

    Args:
        folder: Holds ``teacher.json``, ``tokenizer.json``, ``word_embeddings.npy``, ``outputs/`` and, where the
            checkpoint was fine-tuned, ``model/``.
        model_path: The classifier as a Hugging Face directory.
        fingerprint: Names the weights, configuration, tokenizer and length limit; keys the cached outputs.
        label_names: Names of the classes, in the order of the logits.
        hidden_size: Width of the pooled states.
        max_length: Longest input in word pieces; what is beyond is cut off.
        parameters: Number of weights.
        dev_accuracy: Share of the dev split classified right, after preparation.
        fine_tuned: Whether this program trained the checkpoint.
    """

    folder: Path
    model_path: Path
    fingerprint: str
    label_names: tuple[str, ...]
    hidden_size: int
    max_length: int
    parameters: int
    dev_accuracy: float
    fine_tuned: bool

    @classmethod
    def open(cls, folder: Path) -> "PreparedTeacher":
        """Reads a prepared teacher without loading its weights.

        Args:
            folder: Where ``prepare`` put it.

        Raises:
            TeacherError: If the folder holds no finished teacher, or its record is damaged.
        """
        try:
            record = read_json(folder / "teacher.json")
            given = {"label_names": tuple(record["label_names"]), "model_path": folder / record["model_path"]}
            return cls(folder=folder, **(record | given))
        except FileNotFoundError:
            raise TeacherError(f"{folder}: holds no prepared teacher. Run `rosearch search` to make one.") from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise TeacherError(f"{folder}/teacher.json: cannot be read: {error!r}. Delete the folder.") from None

    def to_record(self) -> dict[str, Any]:
        """Returns what ``teacher.json`` holds; the model's path is relative to the folder where it lies inside."""
        inside = self.model_path.is_relative_to(self.folder)
        path = self.model_path.relative_to(self.folder) if inside else self.model_path.absolute()
        names = ("fingerprint", "label_names", "hidden_size", "max_length", "parameters", "dev_accuracy", "fine_tuned")
        return {"model_path": str(path)} | {name: getattr(self, name) for name in names}

    def copied(self, folder: Path) -> "PreparedTeacher":
        """Returns the same teacher with its outputs in another folder, where none is yet; the model stays."""
        folder.mkdir(parents=True, exist_ok=True)
        for path in self.folder.iterdir():
            if path.is_file():
                shutil.copyfile(path, folder / path.name)
        return replace(self, folder=folder)

    def tokenizer(self) -> Tokenizer:
        """Loads the teacher's tokenizer, which its students share."""
        return Tokenizer.load(self.folder)

    def word_embeddings(self) -> NDArray[np.float32]:
        """Returns the input embedding table, shape ``(vocabulary, width)``."""
        return np.load(self.folder / "word_embeddings.npy", allow_pickle=False)  # type: ignore[no-any-return]

    def outputs(self, texts: tuple[Text, ...], *, with_tokens: bool = False, listener: Listener = ignore) -> "Outputs":
        """Returns logits and states for ``texts``, asking the model only for those that it never saw.

        Args:
            texts: In any order.
            with_tokens: Whether to keep the states of tokens too, which take more room than all else.
            listener: Hears the progress.
        """
        model: list[TeacherModel] = []

        def forward(batch: Any) -> Any:
            if not model:
                model.append(self.model())
            return model[0].outputs(batch)

        return self._cache(with_tokens=with_tokens).ensure(texts, forward, listener=listener)

    def missing_outputs(self, texts: tuple[Text, ...], *, with_tokens: bool = False) -> int:
        """Returns how many of the texts ``outputs`` would ask the model for, repeats counted once."""
        return self._cache(with_tokens=with_tokens).missing(texts)

    def _cache(self, *, with_tokens: bool) -> "OutputCache":
        from rosearch.teachers.outputs import TOKEN_DIMENSIONS, OutputCache

        dimensions = TOKEN_DIMENSIONS if with_tokens else 0
        return OutputCache(self.folder / "outputs", self.fingerprint, token_dimensions=dimensions)

    def model(self, *, precision: Precision = "auto") -> "TeacherModel":
        """Loads the classifier itself.

        Args:
            precision: Of matrix products; attacks need ``"float32"``, as bfloat16 answers a text differently from one
                batch to another.
        """
        from rosearch.teachers.model import TeacherModel

        return TeacherModel.load(
            self.model_path, label_names=self.label_names, max_length=self.max_length, precision=precision
        )
