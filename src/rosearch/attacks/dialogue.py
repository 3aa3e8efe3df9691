"""What an attack and the engine say to each other: texts to ask, and what the victim answered."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Protocol, TypeAlias, TypeVar, final

from rosearch.attacks.randomness import AttackRandom
from rosearch.attacks.text import WordText

T = TypeVar("T")


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
        similarities: In a greedy step, how like the text before each text is; None where nothing measures it.
        rough: Whether the answers may be a stand-in's; whatever the search builds on, it has to ``Confirm``.
    """

    texts: Sequence[str]
    incumbent: float | None = None
    similarities: Sequence[float] | None = None
    rough: bool = False


@final
@dataclass(frozen=True, slots=True)
class Confirm:
    """Texts asked before and answered roughly, to which a search needs the victim's own answers; they cost no query.

    Args:
        texts: At least one.
    """

    texts: Sequence[str]


@final
@dataclass(frozen=True, slots=True)
class Answers:
    """What the victim said.

    Args:
        scores: One for each text; fewer where the query budget ended.
        flipped: Whether the prediction is another than the gold label.
        over: The query budget is used up; a search must end.
        error: How far each score may be off; 0 for the victim's own answers. Where it is not 0, ``flipped`` is a guess.
    """

    scores: Sequence[float]
    flipped: Sequence[bool]
    over: bool
    error: float = 0.0


class Consultant(Protocol):
    """Whatever else an attack asks: a sentence encoder, a masked language model."""

    def answer(self, questions: Sequence[Any]) -> Any:
        """Returns a sequence or an array with one reply for each question, alike in any company."""
        ...


@final
@dataclass(frozen=True, slots=True)
class Consult:
    """Questions to another than the victim; they cost no query. The reply to it is the list of replies.

    Args:
        consultant: Whom to ask; the questions of all texts under attack go to equal ones together.
        questions: At least one.
    """

    consultant: Consultant
    questions: Sequence[Any]


Dialogue: TypeAlias = Generator[Ask | Confirm | Consult, Any, T]
"""Yields questions, receives ``Answers`` to an ``Ask`` or ``Confirm`` and a list of replies to a ``Consult``; returns a
result."""

Search: TypeAlias = Dialogue[WordText]
"""Returns the text it ends with."""


def improvement(scores: Sequence[float], incumbent: float) -> int | None:
    """Returns the index of the best score, the first among equals, or None unless it beats ``incumbent``."""
    best = max(scores, default=incumbent)
    return scores.index(best) if best > incumbent else None


def choice(ask: Ask, scores: Sequence[float], flipped: Sequence[bool]) -> int | None:
    """Returns the index of the text that a greedy step goes on with, None where none beats the incumbent.

    It is the best; but where the best flips the prediction, and similarities are known, the most similar of the texts
    that flip and that only texts that flip too are better than.

    Args:
        ask: A greedy step.
        scores: Of the texts answered.
        flipped: Of the texts answered.
    """
    best = None if ask.incumbent is None else improvement(scores, ask.incumbent)
    if best is None or ask.similarities is None or not flipped[best]:
        return best
    ranked = sorted(range(len(scores)), key=lambda index: -scores[index])
    return max(takewhile(lambda index: flipped[index], ranked), key=ask.similarities.__getitem__)
