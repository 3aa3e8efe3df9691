"""An end by the clock."""

import math
import time
from typing import final


@final
class TimeLimit:
    """Says whether a search has had its time.

    Args:
        hours: From now; None sets no limit.
    """

    def __init__(self, hours: float | None) -> None:
        self.hours = math.inf if hours is None else hours
        self._end_s = math.inf if hours is None else time.monotonic() + hours * 3600

    def __call__(self) -> bool:
        """Says whether the time is up."""
        return time.monotonic() >= self._end_s
