"""Tells how far a file is read."""

from collections.abc import Callable
from pathlib import Path
from typing import final

from rosearch.core.events import Listener, Progress

ROWS_BETWEEN_EVENTS = 20_000


@final
class Meter:
    """Counts rows, and says every twenty thousand of them how many bytes of the file are done.

    Args:
        path: The file.
        listener: Hears the progress.
    """

    def __init__(self, path: Path, listener: Listener) -> None:
        self._stage = f"task: reading {path.name}"
        self._bytes = path.stat().st_size
        self._listener = listener
        self._rows = 0

    def row(self, position: Callable[[], int]) -> None:
        """Counts a row.

        Args:
            position: Says how many bytes of the file are done.
        """
        self._rows += 1
        if self._rows % ROWS_BETWEEN_EVENTS == 0:
            self._say(position())

    def advance(self, rows: int, *, position: int) -> None:
        """Counts many rows at once.

        Args:
            rows: How many.
            position: Bytes of the file that are done.
        """
        self._rows += rows
        self._say(position)

    def end(self) -> None:
        """Says that the file is read."""
        self._tell(self._bytes)

    def _say(self, done: int) -> None:
        # The last bytes are read before the last rows are through, and the end is said once.
        self._tell(min(done, self._bytes - 1))

    def _tell(self, done: int) -> None:
        detail = f"{self._rows:,} rows"
        self._listener(Progress(stage=self._stage, done=done, total=self._bytes, unit="bytes", detail=detail))
