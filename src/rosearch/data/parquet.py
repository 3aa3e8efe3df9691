"""Rows out of Parquet files, some thousands at a time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rosearch.core.component import nearest
from rosearch.core.errors import TaskError
from rosearch.data.meter import Meter
from rosearch.data.rows import BadRow

SLICE_ROWS = 65_536


def parquet_fields(path: Path) -> tuple[str, ...]:
    """Returns the columns of a Parquet file."""
    import polars
    from polars.exceptions import PolarsError

    try:
        with path.open("rb") as handle:
            return tuple(polars.read_parquet_schema(handle))
    except PolarsError as error:
        raise _unreadable(path, error) from None


def read_parquet(path: Path, wanted: tuple[str, ...], meter: Meter) -> Iterator[tuple[int, tuple[Any, ...]] | BadRow]:
    """Yields the rows of a Parquet file; see `rosearch.data.readers.read_rows`. Its rows count from 1."""
    import polars
    from polars.exceptions import PolarsError

    try:
        with path.open("rb") as handle:
            schema = polars.read_parquet_schema(handle)
        for name in wanted:
            if name not in schema:
                raise TaskError(
                    f"{path}: no column {name!r}. {nearest(name, schema)} "
                    "Set [task] text and label to those that count."
                )
        # A name with [ or * in it is a name and no pattern.
        frame = polars.scan_parquet(path, glob=False).select(wanted)
        rows, size = frame.select(polars.len()).collect().item(), path.stat().st_size
        for start in range(0, rows, SLICE_ROWS):
            part = frame.slice(start, SLICE_ROWS).collect()
            yield from enumerate(part.iter_rows(), start=start + 1)
            meter.advance(len(part), position=size * (start + len(part)) // rows)
    except PolarsError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> TaskError:
    return TaskError(f"{path}: cannot be read as Parquet: {str(error).splitlines()[0][:200]}.")
