"""The texts that `rosearch attack` attacks: the user's own, or the test split of a run."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, final

from rosearch.core.errors import InputError, TaskError
from rosearch.core.events import Listener, Notice

if TYPE_CHECKING:
    from rosearch.cli.attacked_model import AttackedModel
    from rosearch.data.rows import Row
    from rosearch.data.task import Split, Task
    from rosearch.search.study import Study

CALIBRATION_SHARE = 0.3


class Texts(Protocol):
    """Where the texts to attack come from."""

    def load(self, student: "AttackedModel", listener: Listener) -> "Task":
        """Returns a task whose test split is attacked, and whose dev split calibrates the student."""
        ...


@final
class TestSplit:
    """The test split of a run.

    Args:
        study: The run.
    """

    def __init__(self, study: "Study") -> None:
        self._study = study

    def __str__(self) -> str:
        return f"test split of {self._study.directory.path}"

    def load(self, student: "AttackedModel", listener: Listener) -> "Task":  # noqa: ARG002 - a run's texts fit its students
        """Loads the run's task; see ``Texts``.

        Args:
            student: One of the run's.
            listener: Hears the progress.

        Raises:
            TaskError: If the texts are not those that the run was made with, or are not on disk.
        """
        return self._study.load_task(listener=listener)


@final
class NoTexts:
    """Nothing: a student's folder holds no texts.

    Args:
        student: The folder.
    """

    def __init__(self, student: Path) -> None:
        self._student = student

    def load(self, student: "AttackedModel", listener: Listener) -> "Task":  # noqa: ARG002 - there is nothing to load
        """Asks the user for texts.

        Args:
            student: Not looked at.
            listener: Hears nothing.

        Raises:
            InputError: Always.
        """
        raise InputError(f"{self._student}: a student's folder holds no texts. Give labelled text with --data FILE.")


@final
@dataclass(frozen=True, kw_only=True)
class FileOfTexts:
    """A file of the user's.

    Args:
        path: TSV, CSV, JSON lines or Parquet.
        text: Names of the one or two text fields.
        label: Name of the label field.
        labels: What the file calls the student's classes, in their order; None for their names.
        skip_bad_rows: Whether rows that do not fit are left out.
    """

    path: Path
    text: tuple[str, ...] = ("text",)
    label: str = "label"
    labels: tuple[str, ...] | None = None
    skip_bad_rows: bool = False

    def __str__(self) -> str:
        return str(self.path)

    def load(self, student: "AttackedModel", listener: Listener) -> "Task":
        """Reads the file; see ``Texts``.

        Args:
            student: Gives the classes.
            listener: Hears the progress.

        Raises:
            TaskError: If a row does not fit, or a class has no row.
        """
        from rosearch.data.readers import read_rows
        from rosearch.data.rows import Sieve
        from rosearch.data.task import Task

        classes = ", ".join(student.label_names)
        names = self.labels or student.label_names
        if len(names) != len(student.label_names):
            raise TaskError(f"--labels names {len(names)} labels, and the student has the classes {classes}.")
        if len(self.text) > 2:
            raise TaskError(f"--text names {len(self.text)} fields; a text has one or two.")
        fields = self.text[0] if len(self.text) == 1 else (self.text[0], self.text[1])
        remedy = (
            "Mend such rows, leave them out with --skip-bad-rows, or say with --labels A,B what the file calls the "
            f"student's classes, in order: {classes}."
        )
        sieve = Sieve(skip=self.skip_bad_rows, remedy=remedy)
        rows = list(read_rows(self.path, text=fields, label=self.label, labels=names, sieve=sieve, listener=listener))
        for sentence in sieve.bad_rows.sentences():
            listener(Notice(text=sentence))
        absent = [name for name in names if all(row.label != name for row in rows)]
        if absent:
            raise TaskError(f"{self.path}: no row has the label {absent[0]!r}. Give some rows of each class.")
        dev, test = _halves(rows)
        return Task(
            name=self.path.stem,
            label_names=student.label_names,
            train=_split(rows, names),
            dev=_split(dev, names),
            test=_split(test, names),
            bad_rows=sieve.bad_rows,
        )


def _halves(rows: "list[Row]") -> "tuple[list[Row], list[Row]]":
    """Draws by the texts' content which rows calibrate and which are attacked; very few serve for both."""
    from rosearch.data.splits import content_key, share_of

    calibrating = [share_of(content_key(row.text), "calibration") < CALIBRATION_SHARE for row in rows]
    dev = [row for row, chosen in zip(rows, calibrating, strict=True) if chosen]
    test = [row for row, chosen in zip(rows, calibrating, strict=True) if not chosen]
    return dev or rows, test or rows


def _split(rows: "list[Row]", names: tuple[str, ...]) -> "Split":
    import numpy as np

    from rosearch.data.task import Split

    return Split(tuple(row.text for row in rows), np.array([names.index(row.label) for row in rows]))
