"""What `rosearch attack` does: to which student, with what, on which texts; the user's word comes before the run's."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from rosearch.cli.attacked_texts import NoTexts, TestSplit, Texts
from rosearch.core.config import override
from rosearch.core.errors import ConfigError
from rosearch.core.events import Listener, Notice

if TYPE_CHECKING:
    from rosearch.attacks.attack import Attack
    from rosearch.attacks.result_log import ResultLog
    from rosearch.cli.attacked_model import AttackedModel
    from rosearch.core.protocols import ScreeningKind
    from rosearch.data.task import Task
    from rosearch.fitness.fidelity import Fidelity, FieldName
    from rosearch.fitness.measurement import Measurement


@final
@dataclass(frozen=True, kw_only=True)
class Assault:
    """An attack to be carried out.

    Args:
        student: The model: a folder, or ``module:function``.
        texts: What is attacked.
        attacks: Recipes.
        budgets: Queries per text at which the budget curve is read.
        examples: Texts to attack.
        seed: Of the choice of texts and of the attacks.
        attacked_field: Which text field of a pair to rewrite.
        attacked_labels: Names of the classes whose texts are attacked; empty for all.
        false_positive_rate: Of ``recall_at_fpr``.
        screening: Who is asked before the student.
        transfer: Folders of attacks on other models, whose texts are asked too.
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
    screening: "ScreeningKind" = "none"
    transfer: tuple[Path, ...] = ()

    def carry_out(
        self, model: "AttackedModel", task: "Task", listener: Listener, *, log: "ResultLog | None" = None
    ) -> "Measurement":
        """Attacks by margin and by calibrated probability.

        Args:
            model: Opened.
            task: What ``texts`` gave.
            listener: Hears the progress.
            log: Takes each outcome as it comes, and spares what it knows already.

        Raises:
            ConfigError: If there is no text of an attacked label, or two attacks have one name.
            InputError: If a folder of other models' outcomes has none of these recipes and texts.
        """
        from rosearch.cli.texts_of_others import outcomes_on_others
        from rosearch.fitness.attacked_labels import require_attackable
        from rosearch.fitness.measurement import attacked_examples, measure

        self._require_different_names()
        self._note_own_encoder(listener)
        fidelity = self._fidelity()
        fidelity.require_field(task)
        require_attackable(task, self.attacked_labels)
        attacked, _ = attacked_examples(task, fidelity, seed=self.seed)
        others = outcomes_on_others(self.transfer, [attack.name for attack in self.attacks], attacked.texts)
        measurement = measure(
            model,
            task,
            fidelity,
            budgets=self.budgets,
            seed=self.seed,
            false_positive_rate=self.false_positive_rate,
            log=log,
            listener=listener,
        )
        return measurement.beside(others, model) if others else measurement

    def _fidelity(self) -> "Fidelity":
        from rosearch.fitness.fidelity import Fidelity

        return Fidelity(
            name="full",
            share=1.0,
            split="test",
            examples=self.examples,
            attacks=self.attacks,
            scores=("margin", "probability"),
            attacked_field=self.attacked_field,
            attacked_labels=self.attacked_labels,
            screening=self.screening,
        )

    def _require_different_names(self) -> None:
        from rosearch.fitness.fidelity import require_different_names

        try:
            require_different_names(self.attacks)
        except ValueError as error:
            raise ConfigError(f"--recipe: {error}.") from None

    def _note_own_encoder(self, listener: Listener) -> None:
        from rosearch.export.lineage import teacher_of
        from rosearch.fitness.own_encoder import own_encoder_notice

        teacher = teacher_of(self.student)
        if teacher is not None and (notice := own_encoder_notice(self.attacks, teacher)):
            listener(Notice(text=notice))


def given(assault: Assault, **choices: Any) -> Assault:
    """Returns the assault with what the user chose; None leaves a field as it is."""
    return replace(assault, **{name: choice for name, choice in choices.items() if choice is not None})


def assault_on(model: Path) -> Assault:
    """Returns what a model suggests: a run its best student, recipes and texts; a student only itself.

    Args:
        model: A run directory, a student's folder, a Hugging Face classifier's, or ``module:function``.

    Raises:
        InputError: If it is none of them, or the run has no student yet.
    """
    from rosearch.attacks.suite import SUITES
    from rosearch.cli.attacked_model import is_foreign_checkpoint, names_function
    from rosearch.export.origin import Origin

    quick = tuple(map(attack_from, SUITES["quick"]))
    if names_function(model) or is_foreign_checkpoint(model):
        return Assault(student=model, texts=NoTexts(model), attacks=quick)
    origin = Origin.find(model)
    if origin.study is None:
        return Assault(student=origin.folder, texts=NoTexts(model), attacks=quick)
    fitness = origin.study.configuration.fitness
    return Assault(
        student=origin.folder,
        texts=TestSplit(origin.study),
        attacks=fitness.full_fidelity.attacks,
        budgets=fitness.budgets,
        examples=fitness.test_examples,
        seed=origin.study.configuration.seed,
        attacked_field=fitness.attacked_field,
        attacked_labels=fitness.attacked_labels,
        false_positive_rate=fitness.false_positive_rate,
    )


def attack_from(recipe: str) -> "Attack":
    """Returns an attack by its kind, or by an inline table such as ``{kind = "deepwordbug", max_edit_distance = 10}``.

    Args:
        recipe: What the user wrote.

    Raises:
        ConfigError: If it does not fit; the nearest name is suggested.
    """
    from rosearch.attacks.attack import Attack

    return Attack.from_config(override({}, [f"recipe={recipe}"])["recipe"], where="--recipe")
