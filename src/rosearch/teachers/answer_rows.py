"""Rows of answers, each checked: a text, and a finite number for each class."""

import math
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from rosearch.core.errors import TeacherError
from rosearch.core.protocols import FloatArray, Text
from rosearch.data.rows import PLACES_SHOWN, BadRow
from rosearch.teachers.answers import Answers, answer_keys

Values: TypeAlias = Literal["logits", "probabilities"]

PROBABILITY_FLOOR = 1e-6
"""A probability that was rounded to 0 counts as this: its logarithm stays finite, and no class is ruled out."""

_SUM_TOLERANCE = 0.02
_SAME_ANSWER = 1e-3


class AnswerRow(NamedTuple):
    """An answer as a file holds it.

    Args:
        line: Where it stands, counted from 1.
        text: What was asked.
        numbers: One for each class, in the order of the classes.
    """

    line: int
    text: Text
    numbers: tuple[float, ...]


def check_answer(line: int, fields: Iterable[Any], numbers: Iterable[Any]) -> AnswerRow | BadRow:
    """Checks one row.

    Args:
        line: Where it stands.
        fields: The values of its one or two text fields.
        numbers: The value of each class.
    """
    texts = tuple(fields)
    if not all(isinstance(text, str) and text.strip() for text in texts):
        return BadRow(line, "the text is empty or no string")
    parsed: list[float] = []
    for value in numbers:
        number = _number(value)
        if number is None:
            return BadRow(line, f"{'an empty value' if value in (None, '') else repr(value)[:40]} is no finite number")
        parsed.append(number)
    return AnswerRow(line, texts[0] if len(texts) == 1 else (texts[0], texts[1]), tuple(parsed))


@final
class Collection:
    """Answers so far, and what does not fit.

    Args:
        path: The file, as an error message names it.
        classes: Numbers of each answer.
        values: What the numbers are.
    """

    def __init__(self, path: Path, *, classes: int, values: Values) -> None:
        self._path, self._classes, self._values = path, classes, values
        self._texts: list[Text] = []
        self._numbers = array("d")
        self._places: list[str] = []
        self._bad = 0
        self._like_probabilities = True

    def add(self, row: AnswerRow | BadRow) -> None:
        """Takes the next row."""
        if isinstance(row, BadRow):
            self._refuse(row.line, row.problem)
            return
        sums_to_one = min(row.numbers) >= 0 and abs(sum(row.numbers) - 1) <= _SUM_TOLERANCE
        if self._values == "probabilities" and not sums_to_one:
            shown = ", ".join(f"{number:.4g}" for number in row.numbers[:PLACES_SHOWN])
            self._refuse(row.line, f"{shown}: no probabilities that sum to 1")
            return
        self._like_probabilities &= sums_to_one
        self._texts.append(row.text)
        self._numbers.extend(row.numbers)

    def finish(self) -> Answers:
        """Returns the answers, all of which must fit.

        Raises:
            TeacherError: If a row does not fit, there is none, or they contradict each other.
        """
        if self._bad:
            more = f"\n... and {self._bad - PLACES_SHOWN:,} more." if self._bad > PLACES_SHOWN else ""
            count = "1 row does not fit" if self._bad == 1 else f"{self._bad:,} rows do not fit"
            raise TeacherError("\n".join(self._places) + f"{more}\n{count}. Mend or delete such rows.")
        if not self._texts:
            raise TeacherError(f"{self._path}: holds no answers.")
        table = np.frombuffer(self._numbers, dtype=np.float64).reshape(-1, self._classes)
        if self._values == "logits" and self._like_probabilities:
            raise TeacherError(
                f"{self._path}: every row sums to 1, so these seem to be probabilities and not logits. "
                'Set [teacher] values = "probabilities".'
            )
        logits = logits_of(table) if self._values == "probabilities" else table
        keys = answer_keys(self._texts)
        self._refuse_two_answers(keys, logits)
        return Answers.of(keys, logits.astype(np.float32))

    def _refuse(self, line: int, problem: str) -> None:
        self._bad += 1
        if self._bad <= PLACES_SHOWN:
            self._places.append(f"{self._path}:{line}: {problem}.")

    def _refuse_two_answers(self, keys: NDArray[np.uint64], logits: FloatArray) -> None:
        _, first, group = np.unique(keys, return_index=True, return_inverse=True)
        apart = np.abs(logits - logits[first][group.reshape(-1)]).max(axis=1) > _SAME_ANSWER
        if apart.any():
            text = str(self._texts[int(apart.argmax())])[:100]
            raise TeacherError(
                f"{self._path}: {int(apart.sum()):,} rows give another answer to a text that was answered before, such "
                f"as {text!r}. Keep one answer a text."
            )


def logits_of(probabilities: FloatArray) -> FloatArray:
    """Returns logits whose softmax gives probabilities back, up to the floor.

    Args:
        probabilities: Shape ``(n, classes)``.

    Returns:
        Their logarithms, each row centred, shape ``(n, classes)``.
    """
    logarithms = np.log(np.maximum(probabilities, PROBABILITY_FLOOR))
    result: FloatArray = logarithms - logarithms.mean(axis=1, keepdims=True)
    return result


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
