"""How the authors of TextFooler and of BERT-Attack rank words."""

from collections.abc import Callable, Sequence

import numpy as np

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.dialogue import Ask, Dialogue, Start
from rosearch.attacks.text import WordText


def importance(start: Start, texts: Sequence[str]) -> Dialogue[list[float] | None]:
    """Asks texts that each lack a word how far the score rises, and, in a flip, what the new class gains.

    Args:
        start: The text and its score.
        texts: One for each word.

    Returns:
        One number for each text; None where the query budget ended.

    References:
        Jin et al. (2020), section 3.2: for a text with another prediction, the rise of the new class's confidence is
        added to the fall of the old one's.
    """
    answers = yield Ask(texts, by_class=True)
    if answers.over:
        return None
    leading = answers.by_class.argmax(axis=1)
    gained = answers.by_class[np.arange(len(leading)), leading] - start.by_class[leading]
    fallen = np.asarray(answers.scores) - start.score
    found: list[float] = np.where(answers.flipped, fallen + gained, fallen).tolist()
    return found


def free(text: WordText, constraints: Sequence[Constraint]) -> list[int]:
    """Returns the words that may change."""
    indices = range(len(text.words))
    return [index for index in indices if all(constraint.may_change(text, index) for constraint in constraints)]


def without_each(text: WordText, unknown: str) -> list[str]:
    """Returns, for each word, the text with ``unknown`` in its place."""
    return [text.replace(index, unknown) for index in range(len(text.words))]


def ranked(indices: Sequence[int], weight: Callable[[int], float]) -> list[int]:
    """Returns indices by descending weight; equal ones keep their order."""
    return sorted(indices, key=lambda index: -weight(index))
