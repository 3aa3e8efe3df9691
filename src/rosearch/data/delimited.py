"""Rows out of CSV and TSV files, whose first line names the columns.

Fields may be quoted as the csv module and pandas do it: ``"`` around the field, ``""`` for a quote inside. Some TSV
files are written without any quoting and hold fields that merely begin with ``"``; a TSV file is taken as such where
some field begins with a quote that is not closed, and either no row is broken that way or more rows are whole than
otherwise.
"""

import csv
import re
from collections.abc import Iterator
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any, TextIO

from rosearch.core.component import nearest
from rosearch.core.errors import TaskError
from rosearch.data.meter import Meter
from rosearch.data.rows import BadRow
from rosearch.data.text_files import LONGEST_LINE, open_text

Values = tuple[Any, ...]
_LIMIT = f"field larger than field limit ({csv.field_size_limit()})"
_OTHER_DELIMITERS = {
    "\t": "tabs; give the file the suffix .tsv",
    ";": "semicolons; save the file with commas",
    "|": "bars; save the file with commas",
    ",": "commas; give the file the suffix .csv",
}
_CLOSED_QUOTE = re.compile(r'"(?:[^"]|"")*"\Z')


def read_csv(path: Path, wanted: tuple[str, ...], meter: Meter) -> Iterator[tuple[int, Values] | BadRow]:
    """Yields the rows of a CSV file; see `rosearch.data.readers.read_rows`."""
    header = _header(path, ",", wanted)
    return _read_table(path, header, wanted, meter, delimiter=",", quoting=csv.QUOTE_MINIMAL)


def read_tsv(path: Path, wanted: tuple[str, ...], meter: Meter) -> Iterator[tuple[int, Values] | BadRow]:
    """Yields the rows of a TSV file; see `rosearch.data.readers.read_rows`."""
    header = _header(path, "\t", wanted)
    return _read_table(path, header, wanted, meter, delimiter="\t", quoting=_tsv_quoting(path, len(header)))


def csv_fields(path: Path) -> tuple[str, ...]:
    """Returns the columns of a CSV file."""
    return tuple(_header(path, ",", ()))


def tsv_fields(path: Path) -> tuple[str, ...]:
    """Returns the columns of a TSV file."""
    return tuple(_header(path, "\t", ()))


def _header(path: Path, delimiter: str, wanted: tuple[str, ...]) -> list[str]:
    try:
        with open_text(path) as handle:
            names = next(csv.reader(handle, delimiter=delimiter), [])
    except csv.Error as error:
        raise TaskError(f"{path}:1: the first line must name the columns, and it cannot be read: {error}.") from None
    if not names:
        raise TaskError(f"{path}: is empty. Its first line must name the columns, such as text and label.")
    for name in wanted:
        if name not in names:
            raise TaskError(
                f"{path}:1: no column {name!r}. {_other_delimiter(names) or nearest(name, names)} "
                "The first line must name the columns; set [task] text and label to those that count."
            )
        if names.count(name) > 1:
            raise TaskError(f"{path}:1: column {name!r} stands there more than once. Rename one of them.")
    return names


def _other_delimiter(names: list[str]) -> str:
    """Says what seems to separate the columns where the file's own delimiter does not, or nothing."""
    found = next((sign for sign in _OTHER_DELIMITERS if len(names) == 1 and sign in names[0]), None)
    return f"The columns seem to be separated by {_OTHER_DELIMITERS[found]}." if found else ""


def _read_table(
    path: Path, header: list[str], wanted: tuple[str, ...], meter: Meter, *, delimiter: str, quoting: int
) -> Iterator[tuple[int, Values] | BadRow]:
    places, count = [header.index(name) for name in wanted], len(header)
    # One place alone would give its value instead of a tuple.
    values = itemgetter(*places) if len(places) > 1 else lambda fields: tuple(fields[place] for place in places)
    with open_text(path) as handle:
        position = handle.buffer.tell
        rows = _read_fields(handle, delimiter, quoting)
        next(rows)
        for line, fields in rows:
            meter.row(position)
            if isinstance(fields, str):
                yield BadRow(line, fields)
            elif len(fields) != count:
                yield BadRow(line, f"{len(fields)} fields where the header has {count}")
            else:
                yield line, values(fields)


def _read_fields(handle: TextIO, delimiter: str, quoting: int) -> Iterator[tuple[int, list[str] | str]]:
    """Yields each row's first line and fields, or what the csv module says against it; blank lines are left out."""
    lines = iter(partial(handle.readline, LONGEST_LINE), "")
    reader = csv.reader(lines, delimiter=delimiter, quoting=quoting, strict=True)  # type: ignore[arg-type]
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = str(error).replace(_LIMIT, f"a field has more than {csv.field_size_limit():,} characters")
            together = f" (lines {line} to {reader.line_num} taken together)" if reader.line_num > line else ""
            yield line, f"cannot be split into fields: {reason}, perhaps because a quote is not closed{together}"
        else:
            if fields:
                yield line, fields


def _tsv_quoting(path: Path, columns: int) -> int:
    whole, broken, unclosed = 0, 0, False
    with open_text(path) as handle:
        for _, fields in _read_fields(handle, "\t", csv.QUOTE_NONE):
            whole, broken = (whole + 1, broken) if _is_whole(fields, columns) else (whole, broken + 1)
            unclosed |= any(field.startswith('"') and not _CLOSED_QUOTE.match(field) for field in fields)
    if not unclosed:
        return csv.QUOTE_MINIMAL
    with open_text(path) as handle:
        quoted = sum(_is_whole(fields, columns) for _, fields in _read_fields(handle, "\t", csv.QUOTE_MINIMAL))
    return csv.QUOTE_NONE if not broken or whole > quoted else csv.QUOTE_MINIMAL


def _is_whole(fields: list[str] | str, columns: int) -> bool:
    return not isinstance(fields, str) and len(fields) == columns
