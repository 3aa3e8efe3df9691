"""Rows out of files of labelled text, one after the other: no more than some thousands are held."""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from rosearch.core.errors import TaskError
from rosearch.core.events import Listener, ignore
from rosearch.core.protocols import Text
from rosearch.data.delimited import csv_fields, read_csv, read_tsv, tsv_fields
from rosearch.data.json_lines import json_fields, read_json_lines
from rosearch.data.meter import Meter
from rosearch.data.parquet import parquet_fields, read_parquet
from rosearch.data.rows import BadRow, Row, Sieve, check_row

Record = tuple[int, tuple[Any, ...]] | BadRow
"""The values of the wanted fields of a row, with the line or row where it starts, counted from 1."""

Reader = Callable[[Path, tuple[str, ...], Meter], Iterator[Record]]

_READERS: dict[str, Reader] = {
    ".tsv": read_tsv,
    ".csv": read_csv,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".parquet": read_parquet,
}


_FIELDS: dict[str, Callable[[Path], tuple[str, ...]]] = {
    ".tsv": tsv_fields,
    ".csv": csv_fields,
    ".jsonl": json_fields,
    ".ndjson": json_fields,
    ".parquet": parquet_fields,
}


def is_table(path: Path) -> bool:
    """Says whether a file's rows have named fields, by its suffix."""
    return path.suffix.lower() in _READERS


def field_names(path: Path) -> tuple[str, ...]:
    """Returns the columns or keys of a file.

    Args:
        path: See ``read_rows``.

    Raises:
        TaskError: If it cannot be read.
    """
    _require_known(path)
    try:
        return _FIELDS[path.suffix.lower()](path)
    except OSError as error:
        raise _unreadable(path, error) from None


def read_records(path: Path, names: tuple[str, ...], *, listener: Listener = ignore) -> Iterator[Record]:
    """Reads the values of some fields, with or without a label among them, unchecked.

    Args:
        path: See ``read_rows``.
        names: Of the fields; at least one.
        listener: Hears the progress.

    Yields:
        The line or row where each record starts, and its values; or what is wrong with it.

    Raises:
        TaskError: If the file cannot be read or lacks a field.
    """
    _require_known(path)
    try:
        meter = Meter(path, listener)
        yield from _READERS[path.suffix.lower()](path, names, meter)
    except OSError as error:
        raise _unreadable(path, error) from None
    meter.end()


def read_rows(
    path: Path,
    *,
    text: str | tuple[str, str],
    label: str,
    labels: Collection[str] | None = None,
    sieve: Sieve | None = None,
    listener: Listener = ignore,
) -> Iterator[Row]:
    """Reads a file of labelled texts.

    Args:
        path: A file whose suffix is one of ``.tsv``, ``.csv``, ``.jsonl``, ``.ndjson`` and ``.parquet``.
        text: The column or key of the text, or two of them.
        label: The column or key of the label.
        labels: The labels that are allowed, or None for any.
        sieve: Decides about rows that do not fit; None refuses them.
        listener: Hears the progress.

    Yields:
        Row after row; nothing may be used before the end is reached, where rows that do not fit are an error.

    Raises:
        TaskError: If the file cannot be read, lacks a column, or holds a row that does not fit.
    """
    names = (text,) if isinstance(text, str) else text
    records = read_records(path, (*names, label), listener=listener)
    yield from (sieve or Sieve()).good(checked(records, labels), path)


def read_texts(
    path: Path, *, text: str | tuple[str, str], sieve: Sieve | None = None, listener: Listener = ignore
) -> Iterator[Text]:
    """Reads a file of texts; a label that stands beside them is not looked at.

    Args:
        path: As in `read_rows`.
        text: The column or key of the text, or two of them.
        sieve: Decides about rows that do not fit; None refuses them.
        listener: Hears the progress.

    Yields:
        Text after text.

    Raises:
        TaskError: If the file cannot be read, lacks a column, or holds a text that does not fit.
    """
    names = (text,) if isinstance(text, str) else text
    records = read_records(path, names, listener=listener)
    # One label for all, so that texts are checked as those of labelled rows are.
    alike = (item if isinstance(item, BadRow) else (item[0], (*item[1], "-")) for item in records)
    for row in (sieve or Sieve()).good(checked(alike, None), path):
        yield row.text


def checked(records: Iterator[Record], labels: Collection[str] | None) -> Iterator[Row | BadRow]:
    """Checks the values of each row, the label last.

    Args:
        records: What a reader gives.
        labels: The labels that are allowed, or None for any.

    Yields:
        A row for each record.
    """
    for item in records:
        yield item if isinstance(item, BadRow) else check_row(item[0], item[1][:-1], item[1][-1], labels=labels)


def _require_known(path: Path) -> None:
    if not is_table(path):
        raise TaskError(f"{path}: unknown kind of file. Known suffixes: {', '.join(_READERS)}.")


def _unreadable(path: Path, error: OSError) -> TaskError:
    return TaskError(f"{path}: cannot be read: {error.strerror}.")
