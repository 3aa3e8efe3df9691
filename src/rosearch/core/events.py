"""What the library says while it works: events, which a listener may show, log or ignore."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events."""


@dataclass(frozen=True, kw_only=True)
class Progress(Event):
    """A piece of work has advanced.

    Args:
        stage: What is being done, in a few words; one bar per stage.
        done: Units finished so far.
        total: Units in all, or 0 where that is unknown.
        unit: What is counted, such as ``"texts"`` or ``"bytes"``.
        detail: Figures worth showing beside the bar.
    """

    stage: str
    done: int
    total: int
    unit: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Notice(Event):
    """Something that a person should read once."""

    text: str


Listener = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Drops an event; the default listener."""
