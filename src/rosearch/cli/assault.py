"""What `rosearch attack` does: to which student, with what, on which texts; the user's word comes before the run's."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, final

from rosearch.core.config import override
from rosearch.core.errors import InputError, TaskError
from rosearch.core.events import Listener

if TYPE_CHECKING:
    from rosearch.attacks.attack import Attack
    from rosearch.data.rows import Row
    from rosearch.data.task import Split, Task
    from rosearch.fitness.measurement import Measurement
    from rosearch.search.study import Study
    from rosearch.students.student import Student

CALIBRATION_SHARE = 0.3


class Texts(Protocol):
    """Where the texts to attack come from."""

    def load(self, student: "Student", listener: Listener) -> "Task":
        """Returns a task whose test split is attacked, and whose dev split calibrates the student."""
        ...


@final
@dataclass(frozen=True, kw_only=True)
class Assault:
    """An attack to be carried out.

    Args:
        student: The student's folder.
        texts: What is attacked.
        attacks: Recipes.
        budgets: Queries per text at which the budget curve is read.
        examples: Texts to attack.
        seed: Of the choice of texts and of the attacks.
    """

    student: Path
    texts: Texts
    attacks: "tuple[Attack, ...]"
    budgets: tuple[int, ...] = (10, 20, 40, 80, 160)
    examples: int = 200
    seed: int = 0

    def carry_out(self, student: "Student", task: "Task", listener: Listener) -> "Measurement":
        """Attacks by margin and by calibrated probability.

        Args:
            student: Loaded.
            task: What ``texts`` gave.
            listener: Hears the progress.
        """
        from rosearch.fitness.fidelity import Fidelity
        from rosearch.fitness.measurement import measure

        fidelity = Fidelity(
            name="full",
            share=1.0,
            split="test",
            examples=self.examples,
            attacks=self.attacks,
            scores=("margin", "probability"),
        )
        return measure(student, task, fidelity, budgets=self.budgets, seed=self.seed, listener=listener)


def given(assault: Assault, **choices: Any) -> Assault:
    """Returns the assault with what the user chose; None leaves a field as it is."""
    return replace(assault, **{name: choice for name, choice in choices.items() if choice is not None})


def assault_on(model: Path) -> Assault:
    """Returns what a model suggests: a run its best student, recipes and texts; a student only itself.

    Args:
        model: A run directory or a student's folder.

    Raises:
        InputError: If it is neither, or the run has no student yet.
    """
    if (model / "run.toml").is_file():
        from rosearch.search.study import Study

        study = Study.open(model)
        fitness = study.configuration.fitness
        return Assault(
            student=best_student(study),
            texts=TestSplit(study),
            attacks=fitness.full_fidelity.attacks,
            budgets=fitness.budgets,
            examples=fitness.test_examples,
            seed=study.configuration.seed,
        )
    if not (model / "student.json").is_file():
        raise InputError(
            f"{model}: neither a student's folder (it has no student.json) nor a run directory (it has no run.toml). "
            "Give one that a search wrote, such as runs/mine or runs/mine/finalists/0003-9f3a1c/0/student."
        )
    return Assault(student=model, texts=NoTexts(model), attacks=(attack_from("pwws"), attack_from("deepwordbug")))


def best_student(study: "Study") -> Path:
    """Returns the folder of the front's best member by fitness: as a finalist where it is one, else as searched.

    Args:
        study: A recorded one.

    Raises:
        InputError: If there is no front yet.
    """
    from rosearch.search.finals import choose_finalists

    front = study.results.front
    ranked = choose_finalists(front, study.configuration.fitness.environmental, count=len(front))
    if not ranked:
        raise InputError(f"{study.directory.path}: the front is still empty. Search on, or name a student's folder.")
    finalists = [study.directory.finalist_path(trial.proposal, repeat=0) / "student" for trial in ranked]
    searched = study.directory.trial_path(ranked[0].proposal) / "student"
    return next((folder for folder in finalists if (folder / "student.json").is_file()), searched)


def attack_from(recipe: str) -> "Attack":
    """Returns an attack by its kind, or by an inline table such as ``{kind = "pwws", compat = "published"}``.

    Args:
        recipe: What the user wrote.

    Raises:
        ConfigError: If it does not fit; the nearest name is suggested.
    """
    from rosearch.attacks.attack import Attack

    return Attack.from_config(override({}, [f"recipe={recipe}"])["recipe"], where="--recipe")


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

    def load(self, student: "Student", listener: Listener) -> "Task":  # noqa: ARG002 - a run's texts fit its students
        """Loads the run's task; see ``Texts``."""
        return self._study.configuration.task.load(listener)


@final
class NoTexts:
    """Nothing: a student's folder holds no texts.

    Args:
        student: The folder.
    """

    def __init__(self, student: Path) -> None:
        self._student = student

    def load(self, student: "Student", listener: Listener) -> "Task":  # noqa: ARG002 - there is nothing to load
        """Asks the user for texts.

        Raises:
            InputError: Always.
        """
        raise InputError(f"{self._student}: a student's folder holds no texts. Give labelled text with --data FILE.")


@final
@dataclass(frozen=True, kw_only=True)
class FileOfTexts:
    """A file of the user's.

    Args:
        path: TSV, CSV or JSON lines.
        text: Names of the one or two text fields.
        label: Name of the label field.
        labels: What the file calls the student's classes, in their order; None for their names.
    """

    path: Path
    text: tuple[str, ...] = ("text",)
    label: str = "label"
    labels: tuple[str, ...] | None = None

    def __str__(self) -> str:
        return str(self.path)

    def load(self, student: "Student", listener: Listener) -> "Task":  # noqa: ARG002 - a file is read at once
        """Reads the file; see ``Texts``.

        Args:
            student: Gives the classes.
            listener: Hears nothing.

        Raises:
            TaskError: If a row does not fit, or a class has no row.
        """
        from rosearch.data.readers import read_rows
        from rosearch.data.task import Task

        classes = ", ".join(student.label_names)
        names = self.labels or student.label_names
        if len(names) != len(student.label_names):
            raise TaskError(f"--labels names {len(names)} labels, and the student has the classes {classes}.")
        if len(self.text) > 2:
            raise TaskError(f"--text names {len(self.text)} fields; a text has one or two.")
        fields = self.text[0] if len(self.text) == 1 else (self.text[0], self.text[1])
        rows = read_rows(self.path, text=fields, label=self.label)
        unknown = next((row for row in rows if row.label not in names), None)
        if unknown is not None:
            raise TaskError(
                f"{self.path}:{unknown.line}: label {unknown.label!r} is not one of {', '.join(names)}. Leave such "
                f"rows out, or say with --labels A,B what the file calls the student's classes, in order: {classes}."
            )
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
