"""How thoroughly a candidate is trained and attacked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, final, get_args

from rosearch.attacks.attack import Attack
from rosearch.core.errors import ConfigError
from rosearch.core.protocols import ScreeningKind
from rosearch.data.task import Task
from rosearch.fitness.shortcuts.shortcut import Shortcut, require_compatible

ScoreKind = Literal["margin", "probability"]
FieldName = Literal["first", "second"]
"""A text field of a task, by its place."""


@final
@dataclass(frozen=True, kw_only=True)
class Fidelity:
    """One rung: a share of the training steps, and a list of examples to attack.

    Args:
        name: For people and ids, such as ``"search"``.
        share: Part of the full number of training steps, in (0, 1].
        split: Where the examples come from; test only for finalists.
        examples: Texts to attack; the same ones for every candidate.
        attacks: What to attack with.
        scores: What the attacks look at: the normalised margin, the calibrated probability, or each in turn.
        attacked_field: Which field of a pair the attacks rewrite.
        attacked_labels: Names of the classes whose texts are attacked; empty for all.
        screening: Who is asked before the model itself.
        shortcuts: What is left out of the attacks; nothing for whatever is quoted.
    """

    name: Literal["search", "full"]
    share: float
    split: Literal["dev", "test"]
    examples: int
    attacks: tuple[Attack, ...]
    scores: tuple[ScoreKind, ...]
    attacked_field: FieldName = "first"
    attacked_labels: tuple[str, ...] = ()
    screening: ScreeningKind = "none"
    shortcuts: tuple[Shortcut, ...] = ()

    def __post_init__(self) -> None:
        require_different_names(self.attacks)
        require_compatible(self.shortcuts)
        if self.name == "full" and self.shortcuts:
            raise ValueError("what is quoted comes from whole attacks: no shortcuts at full fidelity")

    @property
    def field(self) -> int:
        """The attacked field's place, from 0."""
        return get_args(FieldName).index(self.attacked_field)

    def require_field(self, task: Task) -> None:
        """Makes sure that a task has the field that is to be attacked.

        Args:
            task: Whose texts are attacked.

        Raises:
            ConfigError: If it has not.
        """
        if self.field >= task.text_fields:
            raise ConfigError(
                f"The attacks are to rewrite the {self.attacked_field} text field, and the texts of {task.name!r} have "
                'one only. Leave [fitness] attacked_field or --field out, or name two fields of the text: ["premise", '
                '"hypothesis"] in [task] text, or --text twice.'
            )


def require_different_names(attacks: Sequence[Attack]) -> None:
    """Makes sure that the attacks can be told apart where figures are quoted.

    Args:
        attacks: All that one model meets.

    Raises:
        ValueError: If two have one name.
    """
    names = [attack.name for attack in attacks]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"there are {names.count(name)} attacks named {name!r}; figures go by name, leave one")
