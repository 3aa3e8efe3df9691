"""Work that consists of evaluations: it is shown, and a person or the clock may end it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, final

from rosearch.cli.console import messages, tell
from rosearch.cli.interrupt import Stop, stop_on_interrupt
from rosearch.cli.progress import showing_progress
from rosearch.cli.search_lines import SearchLines
from rosearch.cli.time_limit import TimeLimit

if TYPE_CHECKING:
    from rosearch.core.events import Event
    from rosearch.fitness.fitness import Fitness


@contextmanager
def evaluating(fitness: "Fitness", hours: float | None) -> Iterator["Evaluating"]:
    """Shows the progress of a block of work, and takes Ctrl-C for it.

    Args:
        fitness: What the evaluations measure.
        hours: How long they may take; None for no limit.

    Yields:
        What the work is to report to, and to ask whether to stop.
    """
    from rosearch.cost.memory import peak_memory_bytes

    with stop_on_interrupt() as stop, showing_progress(messages) as display:
        work = Evaluating(SearchLines(display, fitness), stop, TimeLimit(hours))
        yield work
    if work.lines.measured:
        tell(f"Peak memory of this process: {peak_memory_bytes() / 2**30:.2f} GiB")


@final
class Evaluating:
    """What is under way.

    Args:
        lines: Show it.
        asked: Whether a person asked for the end.
        limit: Whether its time is up.
    """

    def __init__(self, lines: SearchLines, asked: Stop, limit: TimeLimit) -> None:
        self.lines = lines
        self._asked, self._limit = asked, limit

    def hear(self, event: "Event") -> None:
        """Shows an event."""
        self._asked.hear(event)
        self.lines(event)

    def stop(self) -> bool:
        """Says whether the work is to end."""
        return self._asked() or self._limit()

    def say_why_it_ended(self) -> None:
        """Says why the work ended before it was done.

        Raises:
            KeyboardInterrupt: If a person asked for it.
        """
        if self._asked():
            raise KeyboardInterrupt
        if self._limit():
            tell(f"Stopped after {self._limit.hours:g} hours, as asked; the same command goes on from here.")
