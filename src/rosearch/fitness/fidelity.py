"""How thoroughly a candidate is trained and attacked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, final

from rosearch.attacks.attack import Attack

ScoreKind = Literal["margin", "probability"]


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
    """

    name: Literal["search", "full"]
    share: float
    split: Literal["dev", "test"]
    examples: int
    attacks: tuple[Attack, ...]
    scores: tuple[ScoreKind, ...]

    def __post_init__(self) -> None:
        require_different_kinds(self.attacks)


def require_different_kinds(attacks: Sequence[Attack]) -> None:
    """Makes sure that the attacks can be told apart where figures are quoted.

    Args:
        attacks: All that one model meets.

    Raises:
        ValueError: If two are of one kind.
    """
    kinds = [attack.kind for attack in attacks]
    for kind in kinds:
        if kinds.count(kind) > 1:
            raise ValueError(
                f"there are {kinds.count(kind)} attacks of the kind {kind!r}; figures go by kind, leave one"
            )
