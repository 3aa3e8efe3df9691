"""What an attack and the engine say to each other: texts to ask, and what the victim answered."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, Literal, Protocol, TypeAlias, TypeVar, final

import numpy as np

from rosearch.attacks.randomness import AttackRandom
from rosearch.attacks.text import WordText
from rosearch.core.protocols import FloatArray

T = TypeVar("T")
Rule: TypeAlias = Literal["leading", "any_flip", "veto"]
Order: TypeAlias = Literal["importance", "gradient", "random"]
"""In which order a search that ranks words visits them: as its recipe says, or in an order that costs no query."""


@final
@dataclass(frozen=True, slots=True)
class Start:
    """Where an attack on one text begins.

    Args:
        text: The text before the attack; the victim has it right.
        score: Its score.
        zero: The score that stands for 'no effect' where scores are multiplied.
        random: This text's own random numbers.
        by_class: How much the victim holds with each class, on the score's scale, shape ``(classes,)``.
        gradients: The question whose one reply tells how steeply the loss changes with each word; None where the victim
            does not show it.
        order: In which order a search that ranks words visits them.
    """

    text: WordText
    score: float
    zero: float
    random: AttackRandom
    by_class: FloatArray = field(default_factory=lambda: np.zeros(0))
    gradients: "Consult | None" = None
    order: Order = "importance"


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
        allowed: In a greedy step, which texts keep the constraints; None where all do. The others are asked in vain.
        rule: Which text a greedy step goes on with, see ``choice``.
        by_class: Whether the answers shall tell what the victim holds with each class.
        standing: A text that is known to flip the prediction while the search goes on; a budget that ends among
            ``texts`` falls back on it.
    """

    texts: Sequence[str]
    incumbent: float | None = None
    similarities: Sequence[float] | None = None
    rough: bool = False
    allowed: Sequence[bool] | None = None
    rule: Rule = "leading"
    by_class: bool = False
    standing: str | None = None


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
        by_class: How much the victim holds with each class, on the score's scale, shape ``(len(scores), classes)``;
            None where it was not asked for.
    """

    scores: Sequence[float]
    flipped: Sequence[bool]
    over: bool
    error: float = 0.0
    by_class: FloatArray | None = None


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

    It is the best allowed one. Where similarities are known and the best flips the prediction, it is the most similar
    of the texts that flip: by the rule ``"leading"`` of those that only texts that flip too are better than, by
    ``"any_flip"`` of all, even if the best does not flip. By ``"veto"`` it is the best of all, or none where that one
    is not allowed.

    Args:
        ask: A greedy step.
        scores: Of the texts answered.
        flipped: Of the texts answered.
    """
    if ask.incumbent is None:
        return None
    if ask.similarities is None and ask.allowed is None:
        return improvement(scores, ask.incumbent)
    indices = [index for index in range(len(scores)) if ask.allowed is None or ask.allowed[index]]
    flips = [index for index in indices if flipped[index]]
    if ask.rule == "veto":
        best = improvement(scores, ask.incumbent)
        return best if best in indices else None
    if ask.rule == "any_flip" and flips and ask.similarities is not None:
        return max(flips, key=ask.similarities.__getitem__)
    ranked = sorted(indices, key=lambda index: -scores[index])
    if not ranked or scores[ranked[0]] <= ask.incumbent:
        return None
    if ask.similarities is None or not flipped[ranked[0]]:
        return ranked[0]
    return max(takewhile(lambda index: flipped[index], ranked), key=ask.similarities.__getitem__)
