"""Rows out of files of labelled text, one after the other: no more than some thousands are held."""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from rosearch.core.errors import TaskError
from rosearch.core.events import Listener, ignore
from rosearch.data.delimited import read_csv, read_tsv
from rosearch.data.json_lines import read_json_lines
from rosearch.data.meter import Meter
from rosearch.data.parquet import read_parquet
from rosearch.data.rows import BadRow, Row, Sieve, check_row

Reader = Callable[[Path, tuple[str, ...], Meter], Iterator[tuple[int, tuple[Any, ...]] | BadRow]]
"""Gives the values of the wanted fields of each row, with the line or row where it starts, counted from 1."""

_READERS: dict[str, Reader] = {
    ".tsv": read_tsv,
    ".csv": read_csv,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".parquet": read_parquet,
}


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
    if (read := _READERS.get(path.suffix.lower())) is None:
        raise TaskError(f"{path}: unknown kind of file. Known suffixes: {', '.join(_READERS)}.")
    try:
        meter = Meter(path, listener)
        yield from (sieve or Sieve()).good(checked(read(path, (*names, label), meter), labels), path)
    except OSError as error:
        raise TaskError(f"{path}: cannot be read: {error.strerror}.") from None
    meter.end()


def checked(
    records: Iterator[tuple[int, tuple[Any, ...]] | BadRow], labels: Collection[str] | None
) -> Iterator[Row | BadRow]:
    """Checks the values of each row, the label last.

    Args:
        records: What a reader gives.
        labels: The labels that are allowed, or None for any.

    Yields:
        A row for each record.
    """
    for item in records:
        yield item if isinstance(item, BadRow) else check_row(item[0], item[1][:-1], item[1][-1], labels=labels)
