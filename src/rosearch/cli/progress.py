"""Shows events: bars with the time left on a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import final

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars
from rich.text import Text

from rosearch.core.events import Event, Listener, Notice, Progress

SECONDS_BETWEEN_LINES = 15.0


@contextmanager
def showing_progress(console: Console) -> Iterator[Listener]:
    """Gives a listener that shows what it hears on ``console`` until the block ends.

    Args:
        console: Standard error.

    Yields:
        The listener.
    """
    if not console.is_terminal:
        yield PlainLines(console)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), _Amount(), TimeElapsedColumn())
    with Bars(*columns, TimeRemainingColumn(), TextColumn("{task.fields[detail]}"), console=console) as bars:
        yield LiveBars(bars)


@final
class LiveBars:
    """One bar for each stage under way; a finished stage leaves the screen."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._ids: dict[str, TaskID] = {}

    def __call__(self, event: Event) -> None:
        """Shows one event."""
        if isinstance(event, Notice):
            self._bars.console.print(event.text, highlight=False)
        elif isinstance(event, Progress):
            self._advance(event)

    def _advance(self, event: Progress) -> None:
        if event.stage not in self._ids:
            self._ids[event.stage] = self._bars.add_task(event.stage, total=None, detail="", unit=event.unit)
        total = event.total or None
        self._bars.update(self._ids[event.stage], completed=event.done, total=total, detail=event.detail)
        if event.total and event.done >= event.total:
            self._bars.remove_task(self._ids.pop(event.stage))


@final
class PlainLines:
    """A line when a stage begins, ends, and now and then between; for logs."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began: dict[str, float] = {}
        self._last: dict[str, float] = {}

    def __call__(self, event: Event) -> None:
        """Shows one event."""
        if isinstance(event, Notice):
            self._line(event.text)
        elif isinstance(event, Progress):
            self._advance(event)

    def _advance(self, event: Progress) -> None:
        now = time.monotonic()
        began = self._began.setdefault(event.stage, now)
        ended = event.total > 0 and event.done >= event.total
        if not ended and now - self._last.setdefault(event.stage, now) < SECONDS_BETWEEN_LINES:
            return
        self._last[event.stage] = now
        spent = now - began
        amount = f"{event.done}/{event.total} {event.unit}" if event.total else f"{event.done} {event.unit}"
        left = f", {spent * (event.total - event.done) / event.done:.0f} s left" if event.done and not ended else ""
        detail = f", {event.detail}" if event.detail else ""
        # A stage that is over at once is not worth a line.
        if not ended or spent >= 1:
            self._line(f"{event.stage}: {amount} in {spent:.0f} s{left}{detail}")
        if ended:
            self._began.pop(event.stage)
            self._last.pop(event.stage, None)

    def _line(self, text: str) -> None:
        self._console.print(text, highlight=False, markup=False, soft_wrap=True)


class _Amount(ProgressColumn):
    """Bytes where bytes are counted, else m of n."""

    def __init__(self) -> None:
        super().__init__()
        self._bytes, self._count = DownloadColumn(), MofNCompleteColumn()

    def render(self, task: Task) -> Text:
        """Renders one bar's amount."""
        return (self._bytes if task.fields.get("unit") == "bytes" else self._count).render(task)
