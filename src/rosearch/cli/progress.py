"""Shows events: bars with the time left on a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, final

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
)
from rich.progress import Progress as Bars
from rich.text import Text

from rosearch.core.events import Event, Notice, Progress

SECONDS_BETWEEN_LINES = 15.0
SPEED_PERIOD_S = 3600.0
"""A trial takes minutes; the time left is judged by those of the last hour."""


class Display(Protocol):
    """A listener that can also keep something in view."""

    def __call__(self, event: Event) -> None:
        """Shows one event."""
        ...

    def pin(self, renderable: RenderableType) -> None:
        """Keeps something in view above the bars, in place of what was there."""
        ...


@contextmanager
def showing_progress(console: Console) -> Iterator[Display]:
    """Gives a listener that shows what it hears on ``console`` until the block ends.

    Args:
        console: Standard error.

    Yields:
        The listener.
    """
    # Asked of the file: FORCE_COLOR makes the console claim a terminal where a log is written.
    if not console.file.isatty() or console.is_dumb_terminal:
        yield PlainLines(console)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=20), _Amount())
    with PinnedBars(
        *columns,
        _TimeLeft(),
        TextColumn("{task.fields[detail]}"),
        console=console,
        transient=True,
        speed_estimate_period=SPEED_PERIOD_S,
    ) as bars:
        yield LiveBars(bars)


@final
class PinnedBars(Bars):
    """Bars with something above them that stays in view."""

    pinned: RenderableType | None = None

    def get_renderables(self) -> Iterable[RenderableType]:
        """Gives what is pinned, then the bars."""
        if self.pinned is not None:
            yield self.pinned
        yield self.make_tasks_table(self.tasks)


@final
class LiveBars:
    """One bar for each stage under way; a finished stage leaves the screen."""

    def __init__(self, bars: PinnedBars) -> None:
        self._bars = bars
        self._ids: dict[str, TaskID] = {}

    def __call__(self, event: Event) -> None:
        """Shows one event."""
        if isinstance(event, Notice):
            self._bars.console.print(event.text, markup=False)
        elif isinstance(event, Progress):
            self._advance(event)

    def pin(self, renderable: RenderableType) -> None:
        """Keeps something in view above the bars."""
        self._bars.pinned = renderable

    def _advance(self, event: Progress) -> None:
        if event.stage not in self._ids:
            self._ids[event.stage] = self._bars.add_task(event.stage, total=None, detail="", unit=event.unit)
        total = event.total or None
        self._bars.update(self._ids[event.stage], completed=event.done, total=total, detail=event.detail)
        if event.total and event.done >= event.total:
            self._bars.remove_task(self._ids.pop(event.stage))


@final
class PlainLines:
    """A line when a stage ends, and now and then before; for logs."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began: dict[str, tuple[float, int]] = {}
        self._last: dict[str, float] = {}

    def __call__(self, event: Event) -> None:
        """Shows one event."""
        if isinstance(event, Notice):
            self._line(event.text)
        elif isinstance(event, Progress):
            self._advance(event)

    def pin(self, renderable: RenderableType) -> None:
        """Drops it: a log has nothing that stays in view."""

    def _advance(self, event: Progress) -> None:
        now = time.monotonic()
        # What was done before this began, as in a resumed search, tells nothing about the speed.
        began, before = self._began.setdefault(event.stage, (now, event.done))
        ended = event.total > 0 and event.done >= event.total
        if not ended and now - self._last.setdefault(event.stage, now) < SECONDS_BETWEEN_LINES:
            return
        self._last[event.stage] = now
        spent, since = now - began, event.done - before
        left = (
            f", {duration(spent * (event.total - event.done) / since)} left"
            if since and event.total and not ended
            else ""
        )
        detail = f", {event.detail}" if event.detail else ""
        # A stage that is over at once is not worth a line.
        if not ended or spent >= 1:
            self._line(f"{event.stage}: {_amount(event)} in {duration(spent)}{left}{detail}")
        if ended:
            self._began.pop(event.stage)
            self._last.pop(event.stage, None)

    def _line(self, text: str) -> None:
        self._console.print(text, markup=False, soft_wrap=True)


def _amount(event: Progress) -> str:
    """Says how much is done, of how much; bytes in millions."""
    if event.unit == "bytes":
        done, total, unit = f"{event.done / 1e6:.1f}", f"{event.total / 1e6:.1f}", "MB"
    else:
        done, total, unit = str(event.done), str(event.total), event.unit
    return f"{done}/{total} {unit}" if event.total else f"{done} {unit}"


def duration(seconds: float) -> str:
    """Renders a time span in the unit that suits it."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


class _TimeLeft(ProgressColumn):
    """The time left, once there is a speed to judge it by."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        """Renders one bar's time left."""
        left = task.time_remaining
        return Text("" if left is None else f"{duration(left)} left", style="progress.remaining")


class _Amount(ProgressColumn):
    """Bytes where bytes are counted, else m of n."""

    def __init__(self) -> None:
        super().__init__()
        self._bytes, self._count = DownloadColumn(), MofNCompleteColumn()

    def render(self, task: Task) -> Text:
        """Renders one bar's amount."""
        return (self._bytes if task.fields.get("unit") == "bytes" else self._count).render(task)
