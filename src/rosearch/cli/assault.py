"""What `rosearch attack` does: to which student, with what, on which texts; the user's word comes before the run's."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from rosearch.cli.attacked_texts import NoTexts, TestSplit, Texts
from rosearch.core.config import override
from rosearch.core.errors import InputError
from rosearch.core.events import Listener

if TYPE_CHECKING:
    from rosearch.attacks.attack import Attack
    from rosearch.data.task import Task
    from rosearch.fitness.fidelity import FieldName
    from rosearch.fitness.measurement import Measurement
    from rosearch.search.study import Study
    from rosearch.students.student import Student


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
        attacked_field: Which text field of a pair to rewrite.
        attacked_labels: Names of the classes whose texts are attacked; empty for all.
        false_positive_rate: Of ``recall_at_fpr``.
    """

    student: Path
    texts: Texts
    attacks: "tuple[Attack, ...]"
    budgets: tuple[int, ...] = (10, 20, 40, 80, 160)
    examples: int = 200
    seed: int = 0
    attacked_field: "FieldName" = "first"
    attacked_labels: tuple[str, ...] = ()
    false_positive_rate: float = 0.01

    def carry_out(self, student: "Student", task: "Task", listener: Listener) -> "Measurement":
        """Attacks by margin and by calibrated probability.

        Args:
            student: Loaded.
            task: What ``texts`` gave.
            listener: Hears the progress.

        Raises:
            ConfigError: If there is no text of an attacked label.
        """
        from rosearch.fitness.attacked_labels import require_attackable
        from rosearch.fitness.fidelity import Fidelity
        from rosearch.fitness.measurement import measure

        fidelity = Fidelity(
            name="full",
            share=1.0,
            split="test",
            examples=self.examples,
            attacks=self.attacks,
            scores=("margin", "probability"),
            attacked_field=self.attacked_field,
            attacked_labels=self.attacked_labels,
        )
        fidelity.require_field(task)
        require_attackable(task, self.attacked_labels)
        return measure(
            student,
            task,
            fidelity,
            budgets=self.budgets,
            seed=self.seed,
            false_positive_rate=self.false_positive_rate,
            listener=listener,
        )


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
            attacked_field=fitness.attacked_field,
            attacked_labels=fitness.attacked_labels,
            false_positive_rate=fitness.false_positive_rate,
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
    """Returns an attack by its kind, or by an inline table such as ``{kind = "deepwordbug", max_edit_distance = 10}``.

    Args:
        recipe: What the user wrote.

    Raises:
        ConfigError: If it does not fit; the nearest name is suggested.
    """
    from rosearch.attacks.attack import Attack

    return Attack.from_config(override({}, [f"recipe={recipe}"])["recipe"], where="--recipe")
