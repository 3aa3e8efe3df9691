"""A teacher that is any pretrained checkpoint with, or in want of, a classification head."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, final

from rosearch.core.events import Listener, ignore
from rosearch.core.fingerprint import fingerprint, fingerprint_file
from rosearch.core.rng import SeedTree
from rosearch.data.class_weights import ClassWeights
from rosearch.data.task import Task
from rosearch.teachers.teacher import PreparedTeacher, Teacher

CHECKPOINT_FILES = (
    "config.json",
    "*.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "*.model",
)
"""What a checkpoint's answers hang on: shape, activation and classes, weights, and how texts become word pieces."""


BRIEF_STEPS = 6
"""Steps of fine-tuning that tell how fast it is."""


@final
@dataclass(frozen=True, kw_only=True)
class FineTuning:
    """How a checkpoint without a fitting head is trained; the epoch that is best on dev is kept.

    Args:
        epochs: Passes over the training texts.
        learning_rate: Peak of a linear warm-up and decay.
        batch_size: Texts per step.
        frozen_layers: Lower Transformer layers, with the embeddings, that keep their weights; 0 trains everything.
        max_texts: Training texts used at most; None for all.
        weight_decay: Of AdamW, on matrices only.
        class_weights: What a text counts: the same, or ``"balanced"``, all classes alike in sum; ``"auto"`` balances
            where the most frequent class has more than twice the texts of the rarest. The best epoch is judged alike.
    """

    epochs: int = 3
    learning_rate: float = 5e-5
    batch_size: int = 32
    frozen_layers: int = 0
    max_texts: int | None = None
    weight_decay: float = 0.01
    class_weights: ClassWeights = "auto"

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch_size < 1 or self.learning_rate <= 0:
            raise ValueError("epochs, batch_size and learning_rate must be positive")
        if self.frozen_layers < 0 or (self.max_texts is not None and self.max_texts < 1):
            raise ValueError("frozen_layers must not be negative and max_texts must be positive")


@final
@dataclass(frozen=True, kw_only=True)
class Pretrained(Teacher):
    """Any checkpoint that ``AutoModelForSequenceClassification`` loads from safetensors.

    Args:
        model: A directory, a hub id, or ``"minilm"`` for the checkpoint that pip alone can fetch.
        fine_tuning: Used where the checkpoint has no head with the task's classes.
        max_length: Longest input in word pieces; longer texts are cut.
    """

    kind: Literal["pretrained"] = "pretrained"
    model: str = "minilm"
    fine_tuning: FineTuning = field(default_factory=FineTuning)
    max_length: int = 128

    def __post_init__(self) -> None:
        if self.max_length < 4:
            raise ValueError("max_length must be at least 4 word pieces")

    def prepare(self, task: Task, folder: Path, *, seeds: SeedTree, listener: Listener = ignore) -> PreparedTeacher:
        """Fetches, loads, fine-tunes where needed, and writes the teacher's folder.

        Args:
            task: What the teacher must classify.
            folder: Where its files stand afterwards.
            seeds: The branch of the seed tree for fine-tuning.
            listener: Hears the progress.

        Raises:
            TeacherError: If the model cannot be loaded or does not fit the task.
        """
        if (folder / "teacher.json").is_file():
            return PreparedTeacher.open(folder)
        from rosearch.teachers.preparation import prepare

        return prepare(self, task, folder, seeds=seeds, listener=listener)

    def in_brief(self) -> "Pretrained":
        """Returns the same teacher with a few steps of fine-tuning."""
        few = BRIEF_STEPS * self.fine_tuning.batch_size
        texts = min(few, self.fine_tuning.max_texts or few)
        return replace(self, fine_tuning=replace(self.fine_tuning, epochs=1, max_texts=texts))

    def training_steps(self, texts: int) -> int:
        """Returns the steps of fine-tuning on so many training texts, if the checkpoint is to be fine-tuned."""
        used = min(texts, self.fine_tuning.max_texts or texts)
        return self.fine_tuning.epochs * -(-used // self.fine_tuning.batch_size)

    def source_fingerprint(self) -> str:
        """Hashes the checkpoint of a directory; a hub id and ``"minilm"`` stand for themselves."""
        return source_fingerprint(self.model)


def source_fingerprint(model: str) -> str:
    """Names a checkpoint: a directory by its content, a hub id and ``"minilm"`` by themselves."""
    folder = Path(model)
    return fingerprint(checkpoint_hashes(folder) if folder.is_dir() else model)


def checkpoint_hashes(folder: Path) -> dict[str, str]:
    """Returns the hash of each file of a checkpoint that decides what it answers, by name.

    Args:
        folder: A Hugging Face directory; what it lacks is left out.
    """
    return {path.name: fingerprint_file(path) for pattern in CHECKPOINT_FILES for path in sorted(folder.glob(pattern))}
