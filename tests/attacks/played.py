"""Plays a search against known scores, so that a trace can be derived by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from rosearch.attacks.dialogue import Answers, Consult, Search


@dataclass
class Trace:
    """What a search said.

    Args:
        questions: The texts of each question to the victim.
        consulted: The questions to others.
        final: The text that it ended with.
    """

    questions: list[list[str]] = field(default_factory=list)
    consulted: list[object] = field(default_factory=list)
    final: str = ""


def play(
    search: Search,
    scores: Mapping[str, float],
    *,
    flips: float = 9.0,
    by_class: Mapping[str, Sequence[float]] | None = None,
) -> Trace:
    """Answers every question until the search ends.

    Args:
        search: Not begun yet.
        scores: Of texts; 0 where unknown.
        flips: From this score on the prediction is another.
        by_class: What the victim holds with each class; ``(1 - score, score)`` where unknown.
    """
    trace = Trace()
    try:
        question = next(search)
        while True:
            if isinstance(question, Consult):
                trace.consulted += question.questions
                question = search.send(question.consultant.answer(question.questions))
                continue
            trace.questions.append(list(question.texts))
            values = [scores.get(text, 0.0) for text in question.texts]
            pairs = zip(question.texts, values, strict=True)
            held = np.array([(by_class or {}).get(text, (1 - value, value)) for text, value in pairs])
            flipped = [value >= flips for value in values]
            question = search.send(Answers(values, flipped, over=False, by_class=held))
    except StopIteration as stop:
        trace.final = stop.value.text
        return trace
