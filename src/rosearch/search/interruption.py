"""Ends work that is kept as far as it has come, as soon as somebody asks for the end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

from rosearch.core.events import Event, Listener


def never() -> bool:
    """Says that nothing asks for an end."""
    return False


class Interrupted(Exception):  # noqa: N818 - no error: somebody asked for it
    """The end was asked for, and the work that was under way is left as it is."""


@final
@dataclass(frozen=True, kw_only=True)
class Interruptible:
    """A listener that ends the work which it listens to.

    Args:
        listener: Hears the events.
        stop: Asked after each event; True ends the work.
    """

    listener: Listener
    stop: Callable[[], bool]

    def __call__(self, event: Event) -> None:
        """Passes one event on.

        Args:
            event: What was said.

        Raises:
            Interrupted: If the end was asked for.
        """
        self.listener(event)
        if self.stop():
            raise Interrupted
