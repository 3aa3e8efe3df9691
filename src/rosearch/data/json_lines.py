"""Rows out of JSON Lines files: an object a line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rosearch.data.meter import Meter
from rosearch.data.rows import BadRow, listed
from rosearch.data.text_files import open_text

LONGEST_LINE = 1 << 26
"""Characters; a longer line is no row but a whole file in one line, and shall not fill the memory."""


def read_json_lines(
    path: Path, wanted: tuple[str, ...], meter: Meter
) -> Iterator[tuple[int, tuple[Any, ...]] | BadRow]:
    """Yields the rows of a JSON Lines file; see `rosearch.data.readers.read_rows`."""
    with open_text(path) as handle:
        position = handle.buffer.tell
        line = 0
        while raw := handle.readline(LONGEST_LINE):
            line += 1
            if len(raw) == LONGEST_LINE:
                while len(raw) == LONGEST_LINE:
                    raw = handle.readline(LONGEST_LINE)
                yield BadRow(line, f"more than {LONGEST_LINE:,} characters in a line; write one object a line")
            elif raw.strip():
                meter.row(position)
                yield _row(line, raw, wanted)


def _row(line: int, raw: str, wanted: tuple[str, ...]) -> tuple[int, tuple[Any, ...]] | BadRow:
    try:
        record = json.loads(raw)
    except (ValueError, RecursionError) as error:
        return BadRow(line, f"not valid JSON: {str(error)[:200]}")
    if not isinstance(record, dict):
        return BadRow(line, "not a JSON object")
    for name in wanted:
        if name not in record:
            return BadRow(line, f"no field {name!r}; there are {listed([repr(key)[:40] for key in record]) or 'none'}")
    return line, tuple([record[name] for name in wanted])
