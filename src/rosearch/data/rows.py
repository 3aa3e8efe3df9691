"""One labelled text with its place, and the list of places where a row does not fit."""

import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, final

from rosearch.core.errors import TaskError
from rosearch.core.protocols import Text

PLACES_SHOWN = 10
_SURROGATE = re.compile("[\ud800-\udfff]")


@final
@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text.

    Args:
        text: One text field, or two.
        label: The label as the file writes it.
        line: Where the row starts, counted from 1.
    """

    text: Text
    label: str
    line: int


@final
@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that does not fit.

    Args:
        line: Where the row starts, counted from 1.
        problem: What is wrong, in a few words.
    """

    line: int
    problem: str


def check_row(line: int, texts: tuple[Any, ...], label: Any, *, labels: Collection[str] | None = None) -> Row | BadRow:
    """Checks one row.

    Args:
        line: Where it stands.
        texts: The values of its one or two text fields.
        label: The value of its label.
        labels: The labels that are allowed, or None for any.
    """
    for text in texts:
        if problem := _text_problem(text):
            return BadRow(line, problem)
    if isinstance(label, bool) or not isinstance(label, str | int | float):
        return BadRow(line, f"the label is {_shown(label)}, not a name or a whole number")
    name = str(label).strip()
    if not name:
        return BadRow(line, "the label is empty")
    if _SURROGATE.search(name):
        return BadRow(line, "the label is not valid UTF-8")
    if labels is not None and name not in labels:
        return BadRow(line, f"label {name!r} is not one of {_listed(labels)}{_meant(name, labels)}")
    return Row(texts[0] if len(texts) == 1 else (texts[0], texts[1]), name, line)


def only_good(rows: Iterator[Row | BadRow], where: object) -> list[Row]:
    """Returns the rows, all of which must fit.

    Args:
        rows: What a reader found.
        where: The file, as an error message names it.

    Raises:
        TaskError: If a row does not fit; the first places and their number are named.
    """
    good: list[Row] = []
    shown: list[str] = []
    bad = 0
    for row in rows:
        if isinstance(row, Row):
            good.append(row)
        else:
            bad += 1
            if bad <= PLACES_SHOWN:
                shown.append(f"{where}:{row.line}: {row.problem}.")
    if bad:
        more = f"\n... and {bad - PLACES_SHOWN} more." if bad > PLACES_SHOWN else ""
        count = "1 row does not fit" if bad == 1 else f"{bad} rows do not fit"
        raise TaskError("\n".join(shown) + more + f"\n{count}. Mend or delete such rows.")
    if not good:
        raise TaskError(f"{where}: holds no rows. Give at least a few labelled texts for each class.")
    return good


def _text_problem(text: Any) -> str:
    if not isinstance(text, str):
        return f"the text is {_shown(text)}, not a string"
    if not text.strip():
        return "the text is empty"
    return "the text is not valid UTF-8; save the file as UTF-8" if _SURROGATE.search(text) else ""


def _shown(value: Any) -> str:
    return "missing" if value is None else repr(value)[:40]


def _listed(labels: Collection[str]) -> str:
    names = list(labels)
    return ", ".join(names[:PLACES_SHOWN]) + (" ..." if len(names) > PLACES_SHOWN else "")


def _meant(name: str, labels: Collection[str]) -> str:
    close = difflib.get_close_matches(name, labels, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
