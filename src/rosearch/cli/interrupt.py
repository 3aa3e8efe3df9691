"""Ctrl-C once asks for an end, twice ends at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import final

from rosearch.cli.console import tell
from rosearch.core.events import Event
from rosearch.search.events import EvaluationsBegin


@contextmanager
def stop_on_interrupt() -> Iterator["Stop"]:
    """Lets the first Ctrl-C ask for an end after the evaluation under way, and the second one interrupt at once.

    Yields:
        A function that says whether the end was asked for; as a listener it learns when there is something to wait for.
    """
    stop = Stop()
    before = signal.signal(signal.SIGINT, stop.interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


@final
class Stop:
    """Whether a person asked for the end; before the evaluations nothing is worth waiting for."""

    def __init__(self) -> None:
        self._asked = False
        self._patient = False

    def __call__(self) -> bool:
        """Says whether the end was asked for."""
        return self._asked

    def hear(self, event: Event) -> None:
        """Takes an event; evaluations are worth waiting for."""
        self._patient = self._patient or isinstance(event, EvaluationsBegin)

    def interrupt(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a signal handler's arguments
        """Takes a Ctrl-C."""
        if self._asked or not self._patient:
            raise KeyboardInterrupt
        self._asked = True
        tell("Finishing what is under way; Ctrl-C again stops at once. Either way the same command goes on later.")
