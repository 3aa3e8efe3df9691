"""Rows out of TSV, CSV and JSON Lines files, in UTF-8 with or without a byte order mark.

CSV and TSV files start with a line that names the columns. Fields may be quoted as the csv module and pandas do it:
``"`` around the field, ``""`` for a quote inside. Some TSV files are written without any quoting and hold fields
that merely begin with ``"``; a TSV file is taken as such where some field begins with a quote that is not closed, and
either no row is broken that way or more rows are whole than otherwise.
"""

import csv
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from rosearch.core.component import nearest
from rosearch.core.errors import TaskError
from rosearch.data.rows import BadRow, Row, check_row, only_good

Record = Mapping[str, Any]
_CLOSED_QUOTE = re.compile(r'"(?:[^"]|"")*"\Z')


def read_rows(
    path: Path, *, text: str | tuple[str, str], label: str, labels: Collection[str] | None = None
) -> list[Row]:
    """Reads a file of labelled texts.

    Args:
        path: A file whose suffix is one of ``.tsv``, ``.csv``, ``.jsonl`` and ``.ndjson``.
        text: The column or key of the text, or two of them.
        label: The column or key of the label.
        labels: The labels that are allowed, or None for any.

    Raises:
        TaskError: If the file cannot be read, lacks a column, or holds a row that does not fit.
    """
    if path.suffix.lower() not in _READERS:
        raise TaskError(f"{path}: unknown kind of file. Known suffixes: {', '.join(_READERS)}.")
    names = (text,) if isinstance(text, str) else text
    records = _READERS[path.suffix.lower()](path, (*names, label))
    try:
        return only_good(_rows(records, names, label, labels), path)
    except OSError as error:
        raise TaskError(f"{path}: cannot be read: {error.strerror}.") from None


def _rows(
    records: Iterator[tuple[int, Record] | BadRow], names: tuple[str, ...], label: str, labels: Collection[str] | None
) -> Iterator[Row | BadRow]:
    for item in records:
        if isinstance(item, BadRow):
            yield item
            continue
        line, record = item
        missing = [name for name in (*names, label) if name not in record]
        if missing:
            yield BadRow(line, f"no field {missing[0]!r}; there are {', '.join(map(repr, record)) or 'none'}")
        else:
            yield check_row(line, tuple(record[name] for name in names), record[label], labels=labels)


def _open(path: Path) -> IO[str]:
    # Bytes that are not UTF-8 arrive as surrogates, so that the check of the row can name the line.
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def _read_json_lines(path: Path, wanted: tuple[str, ...]) -> Iterator[tuple[int, Record] | BadRow]:
    del wanted  # each object names its own fields
    with _open(path) as handle:
        for line, raw in enumerate(handle, start=1):
            if not raw.strip():
                continue
            try:
                record = json.loads(raw)
            except (json.JSONDecodeError, RecursionError) as error:
                yield BadRow(line, f"not valid JSON: {error}")
                continue
            yield (line, record) if isinstance(record, dict) else BadRow(line, "not a JSON object")


def _read_csv(path: Path, wanted: tuple[str, ...]) -> Iterator[tuple[int, Record] | BadRow]:
    _header(path, ",", wanted)
    return _read_table(path, ",", csv.QUOTE_MINIMAL)


def _read_tsv(path: Path, wanted: tuple[str, ...]) -> Iterator[tuple[int, Record] | BadRow]:
    columns = len(_header(path, "\t", wanted))
    return _read_table(path, "\t", _tsv_quoting(path, columns))


_READERS: dict[str, Callable[[Path, tuple[str, ...]], Iterator[tuple[int, Record] | BadRow]]] = {
    ".tsv": _read_tsv,
    ".csv": _read_csv,
    ".jsonl": _read_json_lines,
    ".ndjson": _read_json_lines,
}


def _header(path: Path, delimiter: str, wanted: tuple[str, ...]) -> list[str]:
    try:
        with _open(path) as handle:
            names = next(csv.reader(handle, delimiter=delimiter), [])
    except (OSError, csv.Error) as error:
        raise TaskError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    if not names:
        raise TaskError(f"{path}: is empty. Its first line must name the columns, such as text and label.")
    for name in wanted:
        if name not in names:
            raise TaskError(
                f"{path}:1: no column {name!r}. {nearest(name, names)} "
                "The first line must name the columns; set [task] text and label to those that count."
            )
        if names.count(name) > 1:
            raise TaskError(f"{path}:1: column {name!r} stands there more than once. Rename one of them.")
    return names


def _read_table(path: Path, delimiter: str, quoting: int) -> Iterator[tuple[int, Record] | BadRow]:
    rows = _read_fields(path, delimiter, quoting)
    _, names = next(rows)
    assert not isinstance(names, str)  # noqa: S101  # _header has read it
    for line, fields in rows:
        if isinstance(fields, str):
            yield BadRow(line, fields)
        elif len(fields) != len(names):
            yield BadRow(line, f"{len(fields)} fields where the header has {len(names)}")
        else:
            yield line, dict(zip(names, fields, strict=True))


def _read_fields(path: Path, delimiter: str, quoting: int) -> Iterator[tuple[int, list[str] | str]]:
    """Yields each row's first line and fields, or what the csv module says against it; blank lines are left out."""
    with _open(path) as handle:
        reader = csv.reader(handle, delimiter=delimiter, quoting=quoting, strict=True)  # type: ignore[arg-type]
        while True:
            line = reader.line_num + 1
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield line, f"cannot be split into fields ({error}), perhaps because a quote is not closed"
            else:
                if fields:
                    yield line, fields


def _tsv_quoting(path: Path, columns: int) -> int:
    whole, broken, unclosed = 0, 0, False
    for _, fields in _read_fields(path, "\t", csv.QUOTE_NONE):
        whole, broken = (whole + 1, broken) if _is_whole(fields, columns) else (whole, broken + 1)
        unclosed |= any(field.startswith('"') and not _CLOSED_QUOTE.match(field) for field in fields)
    if not unclosed:
        return csv.QUOTE_MINIMAL
    quoted = sum(_is_whole(fields, columns) for _, fields in _read_fields(path, "\t", csv.QUOTE_MINIMAL))
    return csv.QUOTE_NONE if not broken or whole > quoted else csv.QUOTE_MINIMAL


def _is_whole(fields: list[str] | str, columns: int) -> bool:
    return not isinstance(fields, str) and len(fields) == columns
