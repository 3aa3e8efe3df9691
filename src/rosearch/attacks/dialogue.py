"""What an attack and the engine say to each other: texts to ask, and what the victim answered."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, final

from rosearch.attacks.randomness import AttackRandom
from rosearch.attacks.text import WordText


@final
@dataclass(frozen=True, slots=True)
class Start:
    """Where an attack on one text begins.

    Args:
        text: The text before the attack; the victim has it right.
        score: Its score.
        zero: The score that stands for 'no effect' where scores are multiplied.
        random: This text's own random numbers.
    """

    text: WordText
    score: float
    zero: float
    random: AttackRandom


@final
@dataclass(frozen=True, slots=True)
class Ask:
    """Texts whose scores an attack wants.

    Args:
        texts: In the order in which a query budget counts them.
        incumbent: In a greedy step, the score to beat: a budget that ends among ``texts`` takes the best of those
            answered if it beats this. None while ranking: a budget that ends there has won nothing.
    """

    texts: Sequence[str]
    incumbent: float | None = None


@final
@dataclass(frozen=True, slots=True)
class Answers:
    """What the victim said.

    Args:
        scores: One for each text; fewer where the query budget ended.
        flipped: Whether the prediction is another than the gold label.
        over: The query budget is used up; a search must end.
    """

    scores: Sequence[float]
    flipped: Sequence[bool]
    over: bool


Search: TypeAlias = Generator[Ask, Answers, WordText]
"""Yields texts to ask, receives answers, returns the text it ends with."""


def improvement(scores: Sequence[float], incumbent: float) -> int | None:
    """Returns the index of the best score, the first among equals, or None unless it beats ``incumbent``."""
    best = max(scores, default=incumbent)
    return scores.index(best) if best > incumbent else None
