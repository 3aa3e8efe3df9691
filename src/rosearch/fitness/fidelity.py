"""How thoroughly a candidate is trained and attacked."""

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
