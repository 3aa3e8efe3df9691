"""Answers out of Parquet, CSV, TSV, JSON Lines and NPY files: every row is checked before one is used."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, final

import numpy as np

from rosearch.core.component import nearest
from rosearch.core.errors import TaskError, TeacherError
from rosearch.core.events import Listener, ignore
from rosearch.data.readers import field_names, read_records
from rosearch.data.rows import BadRow
from rosearch.teachers.answer_rows import AnswerRow, Collection, Values, check_answer
from rosearch.teachers.answers import Answers

Fields: TypeAlias = tuple[Any, ...]

_CLASSES = "a class; [teacher] columns names one for each, in the order of the classes"


@final
@dataclass(frozen=True, kw_only=True)
class AnswerFile:
    """Where answers are written, and how.

    Args:
        path: The file.
        columns: The column of each class, in the order of the classes.
        text: The column of the text in ``path``, or two of them; in ``texts`` where that is given.
        values: What the numbers are.
        texts: Another file, which holds the texts.
        id_column: What ``path`` and ``texts`` share; None matches them row by row.
    """

    path: Path
    columns: tuple[str, ...]
    text: tuple[str, ...]
    values: Values = "logits"
    texts: Path | None = None
    id_column: str | None = None

    def read(self, listener: Listener = ignore) -> Answers:
        """Reads and checks all rows.

        Args:
            listener: Hears the progress.

        Raises:
            TeacherError: If a file cannot be read or a row does not fit; the first places and their number are named.
        """
        try:
            collection = Collection(self.path, classes=len(self.columns), values=self.values)
            for row in self._with_texts(listener) if self.texts is None else self._beside(self.texts, listener):
                collection.add(row)
            return collection.finish()
        except TaskError as error:
            raise TeacherError(str(error)) from None
        except OSError as error:
            raise TeacherError(f"{error.filename or self.path}: cannot be read: {error.strerror or error}.") from None

    def _with_texts(self, listener: Listener) -> Iterator[AnswerRow | BadRow]:
        """Reads a file that holds texts and numbers."""
        if self.path.suffix.lower() == ".npy":
            raise TeacherError(
                f"{self.path}: an NPY file holds numbers only. Name the file whose rows it answers in [teacher] texts."
            )
        _require(self.path, self.text, "the text; [teacher] text names it, or [teacher] texts another file that has it")
        _require(self.path, self.columns, _CLASSES)
        cut = len(self.text)
        for item in read_records(self.path, (*self.text, *self.columns), listener=listener):
            yield item if isinstance(item, BadRow) else check_answer(item[0], item[1][:cut], item[1][cut:])

    def _beside(self, texts: Path, listener: Listener) -> Iterator[AnswerRow | BadRow]:
        """Puts numbers and the texts of another file together."""
        known = self._texts_by_key(texts, listener)
        rows = 0
        for item in self._numbers(listener):
            rows += 1
            if isinstance(item, BadRow):
                yield item
                continue
            line, key, numbers = item
            if key in known:
                yield check_answer(line, known[key], numbers)
            elif self.id_column is not None:
                yield BadRow(line, f"{texts} has no text with the id {key!r}")
        if self.id_column is None and rows != len(known):
            raise TeacherError(
                f"{self.path}: {rows:,} rows of answers to {len(known):,} texts in {texts}. Both must hold the same "
                "texts in one order; or name a column that both share in [teacher] id_column."
            )

    def _numbers(self, listener: Listener) -> Iterator[tuple[int, Hashable, Iterable[Any]] | BadRow]:
        """Reads the line of each answer, what finds its text, and its numbers."""
        if self.path.suffix.lower() == ".npy":
            if self.id_column is not None:
                raise TeacherError(f"{self.path}: an NPY file has no ids. Leave [teacher] id_column out.")
            for number, row in enumerate(_read_npy(self.path, classes=len(self.columns))):
                yield number + 1, number, row.tolist()
            return
        _require(self.path, self._shared, "the ids; [teacher] id_column names it")
        _require(self.path, self.columns, _CLASSES)
        cut = len(self._shared)
        for number, item in enumerate(read_records(self.path, (*self._shared, *self.columns), listener=listener)):
            if isinstance(item, BadRow):
                yield item
            else:
                yield item[0], str(item[1][0]) if cut else number, item[1][cut:]

    def _texts_by_key(self, path: Path, listener: Listener) -> Mapping[Hashable, Fields]:
        """Reads the texts, by id or by the number of their row."""
        _require(path, (*self._shared, *self.text), "the texts or ids; [teacher] text and id_column name them")
        known: dict[Hashable, Fields] = {}
        for number, item in enumerate(read_records(path, (*self._shared, *self.text), listener=listener)):
            if isinstance(item, BadRow):
                raise TeacherError(f"{path}:{item.line}: {item.problem}. Mend this row: answers go by its place or id.")
            line, fields = item
            key = str(fields[0]) if self._shared else number
            text = fields[len(self._shared) :]
            if known.setdefault(key, text) != text:
                raise TeacherError(f"{path}:{line}: the id {key!r} stands before another text too. Ids must differ.")
        return known

    @property
    def _shared(self) -> tuple[str, ...]:
        return () if self.id_column is None else (self.id_column,)


def _read_npy(path: Path, *, classes: int) -> Iterator[Any]:
    try:
        table = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise TeacherError(f"{path}: is no array of numbers: {error}.") from None
    if table.ndim != 2 or table.shape[1] != classes or table.dtype.kind not in "fiu":
        raise TeacherError(
            f"{path}: has the shape {table.shape} and the type {table.dtype}; expected one row a text with {classes} "
            "numbers, in the order of the classes."
        )
    yield from table


def _require(path: Path, wanted: Iterable[str], what: str) -> None:
    names = field_names(path)
    for name in wanted:
        if name not in names:
            raise TeacherError(f"{path}: no column {name!r}. {nearest(name, names)} It would hold {what}.")
