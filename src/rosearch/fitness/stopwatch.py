"""Tells from the progress of a piece of work how long one unit of it takes."""

import time
from typing import final

from rosearch.core.events import Event, Listener, Progress, ignore


@final
class Stopwatch:
    """A listener that notes when each stage had its first and its last unit done.

    Args:
        listener: Hears everything too.
    """

    def __init__(self, listener: Listener = ignore) -> None:
        self._listener = listener
        self._first: dict[str, tuple[int, float]] = {}
        self._last: dict[str, tuple[int, float]] = {}

    def __call__(self, event: Event) -> None:
        """Takes an event; what is said again about the same unit does not count."""
        self._listener(event)
        if isinstance(event, Progress) and event.done:
            noted = (event.done, time.perf_counter())
            self._first.setdefault(event.stage, noted)
            if event.done > self._last.setdefault(event.stage, noted)[0]:
                self._last[event.stage] = noted

    def unit_s(self, stage: str) -> float:
        """Returns the seconds of a unit of the stages whose names end so; 0 where nothing was seen to advance.

        Args:
            stage: Such as ``"training"``.
        """
        names = [name for name in self._first if name.endswith(stage)]
        units = sum(self._last[name][0] - self._first[name][0] for name in names)
        seconds = sum(self._last[name][1] - self._first[name][1] for name in names)
        return seconds / units if units else 0.0
