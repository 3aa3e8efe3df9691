"""One labelled text with its place, and the list of places where a row does not fit."""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, final

from rosearch.core.errors import TaskError
from rosearch.core.protocols import Text

PLACES_SHOWN = 10
LONGEST_TEXT = 131_072
"""Characters of one text field; the csv module's own limit, held for every kind of file."""
LONGEST_LABEL = 200
MEND = "Mend or delete such rows."
MEND_OR_SKIP = "Mend or delete such rows, or leave them out with --skip-bad-rows ([task] skip_bad_rows = true)."
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


@final
@dataclass(frozen=True, kw_only=True)
class BadRows:
    """Rows that did not fit and were left out.

    Args:
        count: How many.
        places: The first of them, each with what is wrong.
    """

    count: int = 0
    places: tuple[str, ...] = ()

    def plus(self, count: int, places: Iterable[str]) -> "BadRows":
        """Returns these and more."""
        return BadRows(count=self.count + count, places=(*self.places, *places)[:PLACES_SHOWN])

    def sentences(self) -> Iterator[str]:
        """Says what a person should read once; nothing where no row was left out."""
        if self.count:
            first = "\n".join(f"  {place}" for place in self.places)
            yield f"{self.count:,} rows that do not fit were left out, such as:\n{first}"

    def to_record(self) -> dict[str, Any]:
        """Returns plain data for the journal."""
        return asdict(self)


@final
class Sieve:
    """Lets the rows that fit through; the others are an error at the end of their file, or are left out and counted.

    Args:
        skip: Whether rows that do not fit are left out.
        remedy: What an error message advises.
    """

    def __init__(self, *, skip: bool = False, remedy: str = MEND) -> None:
        self.skip = skip
        self.bad_rows = BadRows()
        """What was left out so far."""
        self._remedy = remedy

    def good(self, rows: Iterable[Row | BadRow], where: object) -> Iterator[Row]:
        """Yields the rows that fit.

        Args:
            rows: What a reader found.
            where: The file, as an error message names it.

        Yields:
            Row after row; nothing of a file may be used before its end is reached.

        Raises:
            TaskError: If no row fits, if one does not and none is to be left out, or if more do not fit than do; the
                first places and their number are named.
        """
        good, bad = 0, 0
        places: list[str] = []
        for row in rows:
            if isinstance(row, Row):
                good += 1
                yield row
            else:
                bad += 1
                if bad <= PLACES_SHOWN:
                    places.append(f"{where}:{row.line}: {row.problem}.")
        if bad > (good if self.skip else 0):
            more = f"\n... and {bad - PLACES_SHOWN:,} more." if bad > PLACES_SHOWN else ""
            raise TaskError("\n".join(places) + f"{more}\n{self._verdict(good, bad)}")
        if not good:
            raise TaskError(f"{where}: holds no rows. Give at least a few labelled texts for each class.")
        self.bad_rows = self.bad_rows.plus(bad, places)

    def _verdict(self, good: int, bad: int) -> str:
        count = "1 row does not fit" if bad == 1 else f"{bad:,} rows do not fit"
        if self.skip:
            return f"{count}, and {good:,} do: too many to be left out. Are [task] text and label the right columns?"
        return f"{count}. {self._remedy}"


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
    if isinstance(label, bool) or not isinstance(label, str | int | float) or label != label:
        return BadRow(line, f"the label is {_shown(label)}, not a name or a whole number")
    name = str(label).strip()
    if problem := _label_problem(name, labels):
        return BadRow(line, problem)
    return Row(texts[0] if len(texts) == 1 else (texts[0], texts[1]), name, line)


def listed(names: Collection[str]) -> str:
    """Lists names, the first ten of many."""
    return ", ".join(list(names)[:PLACES_SHOWN]) + (" ..." if len(names) > PLACES_SHOWN else "")


def _text_problem(text: Any) -> str:
    if not isinstance(text, str):
        return f"the text is {_shown(text)}, not a string"
    if not text or text.isspace():
        return "the text is empty"
    if len(text) > LONGEST_TEXT:
        return f"the text has {len(text):,} characters, more than {LONGEST_TEXT:,}; cut it or split it"
    if not text.isascii() and _SURROGATE.search(text):
        return "the text is not valid UTF-8; save the file as UTF-8"
    return ""


def _label_problem(name: str, labels: Collection[str] | None) -> str:
    if not name:
        return "the label is empty"
    if len(name) > LONGEST_LABEL:
        return f"the label has {len(name):,} characters; is it the right field?"
    if not name.isascii() and _SURROGATE.search(name):
        return "the label is not valid UTF-8"
    if labels is not None and name not in labels:
        return f"label {name!r} is not one of {listed(labels)}{_meant(name, labels)}"
    return ""


def _shown(value: Any) -> str:
    return "missing" if value is None else repr(value)[:40]


def _meant(name: str, labels: Collection[str]) -> str:
    close = difflib.get_close_matches(name, labels, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
