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
from rosearch.core.protocols import Precision, Text, Victim
from rosearch.core.rng import SeedTree
from rosearch.data.task import Task
from rosearch.data.tokenization import Tokenizer

if TYPE_CHECKING:
    from rosearch.teachers.answers import Answers
    from rosearch.teachers.model import TeacherModel
    from rosearch.teachers.outputs import OutputCache, Outputs


class Teacher(Component, ABC):
    """Base of teachers: configuration that can be made into a `PreparedTeacher`."""

    family: ClassVar[str] = "teacher"
    members: ClassVar[tuple[str, ...]] = ("rosearch.teachers.pretrained", "rosearch.teachers.logits")
    gives_states: ClassVar[bool] = True
    """Whether there is more to learn from than logits."""

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

    def check(self, task: Task) -> None:
        """Makes sure, before any work is done, that the teacher can be asked for what ``task`` needs.

        Args:
            task: What the teacher must classify.

        Raises:
            TeacherError: If it cannot.
        """
        del task

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
            checkpoint was fine-tuned, ``model/``; where there is no model, the answers in place of outputs and model.
        model_path: The classifier as a Hugging Face directory; None where only its answers are known.
        fingerprint: Names the weights, configuration, tokenizer and length limit; keys the cached outputs.
        label_names: Names of the classes, in the order of the logits.
        hidden_size: Width of the pooled states; 0 where there are none.
        max_length: Longest input in word pieces; what is beyond is cut off.
        parameters: Number of weights; 0 where it is not known.
        dev_accuracy: Share of the dev split classified right, after preparation.
        fine_tuned: Whether this program trained the checkpoint.
    """

    folder: Path
    model_path: Path | None
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
            model_path = None if record["model_path"] is None else folder / record["model_path"]
            given = {"label_names": tuple(record["label_names"]), "model_path": model_path}
            return cls(folder=folder, **(record | given))
        except FileNotFoundError:
            raise TeacherError(f"{folder}: holds no prepared teacher. Run `rosearch search` to make one.") from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise TeacherError(f"{folder}/teacher.json: cannot be read: {error!r}. Delete the folder.") from None

    def to_record(self) -> dict[str, Any]:
        """Returns what ``teacher.json`` holds; the model's path is relative to the folder where it lies inside."""
        path = self.model_path
        if path is not None:
            path = path.relative_to(self.folder) if path.is_relative_to(self.folder) else path.absolute()
        names = ("fingerprint", "label_names", "hidden_size", "max_length", "parameters", "dev_accuracy", "fine_tuned")
        return {"model_path": path and str(path)} | {name: getattr(self, name) for name in names}

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
        if self.model_path is None:
            return self._answers.outputs(texts)
        model: list[TeacherModel] = []

        def forward(batch: Any) -> Any:
            if not model:
                model.append(self.model())
            return model[0].outputs(batch)

        return self._cache(with_tokens=with_tokens).ensure(texts, forward, listener=listener)

    def missing_outputs(self, texts: tuple[Text, ...], *, with_tokens: bool = False) -> int:
        """Returns how many of the texts ``outputs`` would ask the model for, repeats counted once."""
        return 0 if self.model_path is None else self._cache(with_tokens=with_tokens).missing(texts)

    def _cache(self, *, with_tokens: bool) -> "OutputCache":
        from rosearch.teachers.outputs import TOKEN_DIMENSIONS, OutputCache

        dimensions = TOKEN_DIMENSIONS if with_tokens else 0
        return OutputCache(self.folder / "outputs", self.fingerprint, token_dimensions=dimensions)

    @property
    def _answers(self) -> "Answers":
        from rosearch.teachers.answers import Answers

        return Answers.open(self.folder)

    @property
    def can_be_attacked(self) -> bool:
        """Whether the teacher can be asked for any text; a file of answers cannot."""
        return self.model_path is not None

    def unanswered(self, texts: tuple[Text, ...]) -> int:
        """Returns how many of the texts the teacher can say nothing of."""
        return 0 if self.model_path is not None else len(self._answers.missing(texts))

    def victim(self) -> Victim:
        """Loads what answers for the teacher, in full precision: its model, or the file of its answers."""
        return self._answers if self.model_path is None else self.model(precision="float32")

    def model(self, *, precision: Precision = "auto") -> "TeacherModel":
        """Loads the classifier itself.

        Args:
            precision: Of matrix products; attacks need ``"float32"``, as bfloat16 answers a text differently from one
                batch to another.

        Raises:
            TeacherError: If only the teacher's answers are known.
        """
        if self.model_path is None:
            raise TeacherError(f"{self.folder}: holds a teacher's answers and no model that could be asked for more.")
        from rosearch.teachers.model import TeacherModel

        return TeacherModel.load(
            self.model_path, label_names=self.label_names, max_length=self.max_length, precision=precision
        )
