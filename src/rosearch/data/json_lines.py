"""Rows out of JSON Lines files: an object a line."""

import contextlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rosearch.data.meter import Meter
from rosearch.data.rows import BadRow, listed
from rosearch.data.text_files import LONGEST_LINE, open_text

FIRST_LINES = 100


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
                yield json_values(line, raw, wanted)


def json_fields(path: Path) -> tuple[str, ...]:
    """Returns the keys that the first objects of a JSON Lines file have in common."""
    common: dict[str, None] | None = None
    with open_text(path) as handle:
        for raw in itertools.islice(iter(lambda: handle.readline(LONGEST_LINE), ""), FIRST_LINES):
            with contextlib.suppress(ValueError, RecursionError):
                if isinstance(record := json.loads(raw), dict):
                    common = {key: None for key in (record if common is None else common) if key in record}
    return tuple(common or ())


def json_values(line: int, raw: str, wanted: tuple[str, ...]) -> tuple[int, tuple[Any, ...]] | BadRow:
    """Returns the values of some keys of an object, with its line.

    Args:
        line: Where it stands.
        raw: The line.
        wanted: The keys.
    """
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
