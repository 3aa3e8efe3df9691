"""Looks at a file of the user's and guesses which field is the text and which is the label."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from rosearch.core.component import nearest
from rosearch.core.errors import TaskError
from rosearch.core.events import Listener, ignore
from rosearch.data.readers import field_names, read_records
from rosearch.data.rows import BadRow

ROWS_READ = 20_000
"""From the file's beginning; enough to know its fields."""

MOST_CLASSES = 200
LONGEST_LABEL = 60
LABEL_NAMES = frozenset(
    {"label", "labels", "class", "target", "category", "sentiment", "gold", "y", "intent", "tag", "topic", "polarity"}
    | {"spam", "is_spam", "toxic", "emotion", "stance"}
)
TEXT_NAMES = frozenset(
    {"text", "sentence", "message", "review", "comment", "content", "body", "tweet", "utterance", "post", "question"}
)
NO_LABELS = frozenset({"split", "fold", "set", "id", "idx", "index", "lang", "language", "source", "user", "date"})
PAIRS = (
    ("premise", "hypothesis"),
    ("question", "answer"),
    ("question1", "question2"),
    ("sentence1", "sentence2"),
    ("text1", "text2"),
    ("query", "passage"),
    ("question", "passage"),
)
"""Names of fields that belong together."""

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_FRACTION = re.compile(r"[+-]?\d+\.\d*[1-9]\d*")


@final
@dataclass(frozen=True, kw_only=True)
class Field:
    """What the values of one field look like.

    Args:
        name: Of the column or key.
        counts: How often each value comes, most frequent first; empty where they are too many or too long for classes.
        distinct: Share of the values that differ.
        mean_words: Mean number of words of a value.
        numbers: Share of the values that are numbers.
    """

    name: str
    counts: Mapping[str, int]
    distinct: float
    mean_words: float
    numbers: float


@final
@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What a file seems to hold.

    Args:
        path: The file.
        rows: How many rows it has, those that cannot be read left out.
        fields: Its fields, in order.
        text: The field of the text, or two.
        label: The field of the label.
        classes: The labels seen, with their counts, most frequent first.
    """

    path: Path
    rows: int
    fields: tuple[Field, ...]
    text: tuple[str, ...]
    label: str
    classes: Mapping[str, int]

    @property
    def mean_words(self) -> float:
        """Mean number of words of a text, all its fields together."""
        return sum(field.mean_words for field in self.fields if field.name in self.text)


def inspect(
    path: Path, *, text: Sequence[str] = (), label: str | None = None, listener: Listener = ignore
) -> Inspection:
    """Reads a file and guesses from its beginning what is not said.

    Args:
        path: See `rosearch.data.readers.read_rows`.
        text: The field of the text, or two, where the user says so.
        label: The field of the label, where the user says so.
        listener: Hears the progress.

    Raises:
        TaskError: If the file cannot be read, has no such field, or nothing in it looks like a text or a label.
    """
    names = field_names(path)
    for name in (*text, *([label] if label else [])):
        if name not in names:
            raise TaskError(f"{path}: no field {name!r}. {nearest(name, names)}")
    rows, columns = _sample(path, names, listener)
    if not rows:
        raise TaskError(f"{path}: no row could be read. Give a file with a text and a label in each row.")
    fields = tuple(_field(name, values) for name, values in zip(names, columns, strict=True))
    label = label or _guess_label(path, [field for field in fields if field.name not in text])
    text = tuple(text) or _guess_text(path, [field for field in fields if field.name != label])
    classes = next(field.counts for field in fields if field.name == label)
    if len(classes) < 2:
        raise TaskError(
            f"{path}: field {label!r} is no label: that has 2 to {MOST_CLASSES} short values, each several times. "
            f"Name another one with --label. Fields: {', '.join(names)}."
        )
    return Inspection(path=path, rows=rows, fields=fields, text=text, label=label, classes=classes)


def _sample(path: Path, names: tuple[str, ...], listener: Listener) -> tuple[int, list[list[str]]]:
    """Counts the rows of a file; returns their number and, for each field, the values of the first ones."""
    columns: list[list[str]] = [[] for _ in names]
    rows = 0
    for item in read_records(path, names, listener=listener):
        if isinstance(item, BadRow):
            continue
        rows += 1
        if rows <= ROWS_READ:
            for column, value in zip(columns, item[1], strict=True):
                column.append("" if value is None else str(value).strip())
    return rows, columns


def _field(name: str, values: list[str]) -> Field:
    filled = [value for value in values if value]
    counts = Counter(filled)
    # A label comes again and again, in few words.
    many = len(counts) > min(MOST_CLASSES, max(2, len(filled) // 5))
    classes = {} if many or any(len(value) > LONGEST_LABEL for value in counts) else dict(counts.most_common())
    total = max(1, len(filled))
    return Field(
        name=name,
        counts=classes,
        distinct=len(counts) / total,
        mean_words=sum(len(value.split()) for value in filled) / total,
        numbers=sum(bool(_NUMBER.fullmatch(value)) for value in filled) / total,
    )


def _guess_label(path: Path, fields: Sequence[Field]) -> str:
    """Picks the field that looks most like a label: by name, then few classes, then late in the row."""

    def score(place: int) -> float:
        field = fields[place]
        name = field.name.lower()
        named = 10.0 * (name in LABEL_NAMES) - 10.0 * (name in NO_LABELS)
        fractions = any(_FRACTION.fullmatch(value) for value in field.counts)
        return named - math.log(len(field.counts)) + place / len(fields) - 5.0 * fractions

    candidates = [place for place, field in enumerate(fields) if len(field.counts) >= 2]
    if not candidates:
        raise TaskError(
            f"{path}: no field looks like a label: 2 to {MOST_CLASSES} short values, each of them several times. "
            f"Name it with --label. Fields: {', '.join(field.name for field in fields)}."
        )
    return fields[max(candidates, key=score)].name


def _guess_text(path: Path, fields: Sequence[Field]) -> tuple[str, ...]:
    """Picks the field that looks most like a text: by name, then many words; or a pair that is known by its names."""
    names = {field.name.lower(): field.name for field in fields}
    for first, second in PAIRS:
        if first in names and second in names:
            return names[first], names[second]

    def score(field: Field) -> float:
        named = 2.0 * (field.name.lower() in TEXT_NAMES)
        return named + math.log1p(field.mean_words) + field.distinct - 5.0 * field.numbers

    words = [field for field in fields if field.numbers < 0.5 and field.mean_words > 0]
    if not words:
        raise TaskError(
            f"{path}: no field looks like a text. Name it with --text. "
            f"Fields: {', '.join(field.name for field in fields)}."
        )
    return (max(words, key=score).name,)
