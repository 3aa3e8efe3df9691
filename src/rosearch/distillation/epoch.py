"""A pass over the training texts. No torch."""

from dataclasses import dataclass
from typing import final

from rosearch.core.protocols import IntArray


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Epoch:
    """Which pass it is, and which texts it goes through.

    Args:
        number: Counted from 0.
        rows: Of the training set, each once.
    """

    number: int
    rows: IntArray
