"""Failures that are no fault of an architecture: the same one again and again."""

import re
from collections.abc import Iterable
from typing import final

from rosearch.core.errors import ExecutorError

FAILURES_IN_A_ROW = 3
"""So many failures, one after the other and of one kind, are a fault of the set-up and not of architectures."""

_NUMBER = re.compile(r"\d+")


@final
class FailureWatch:
    """Follows how jobs end, and raises where nothing but one failure comes.

    Args:
        errors: How the jobs on record ended; None for those that did not fail.
    """

    def __init__(self, errors: Iterable[str | None] = ()) -> None:
        self._row: list[str] = []
        for error in errors:
            self._add(error)

    def see(self, error: str | None, *, trace: str = "") -> None:
        """Takes how the next job ended.

        Args:
            error: What went wrong; None where nothing did. Numbers in it are left aside: step and size differ.
            trace: Where it went wrong.

        Raises:
            ExecutorError: If it is the last of several failures of one kind.
        """
        self._add(error)
        if len(self._row) >= FAILURES_IN_A_ROW:
            repeated = ExecutorError(
                f"{len(self._row)} failures in a row were of one kind, the last: {error}\n"
                "That is no fault of an architecture. Find its cause (--debug shows where it happened) and run the "
                "same command again."
            )
            repeated.add_note(trace)
            raise repeated

    def _add(self, error: str | None) -> None:
        kind = None if error is None else _NUMBER.sub("#", error)
        if kind is None:
            self._row = []
        else:
            self._row = [*self._row, kind] if kind in self._row[-1:] else [kind]
