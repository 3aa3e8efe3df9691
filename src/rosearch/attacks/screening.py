"""A faster stand-in for the victim, asked first; how far it may be off is measured, and near decisions are not its."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, final

import numpy as np

from rosearch.attacks.checked_victim import CheckedVictim
from rosearch.attacks.query_cache import QueryCache
from rosearch.core.protocols import FloatArray, IntArray, Text, Victim

CALIBRATION_TEXTS = 256
"""So many texts, spread over the first that are asked, are asked of both before the stand-in is relied upon."""

SAFETY = 2.0
"""The bound is so many times the largest error met. Rounding errors of many weights add up to a bell curve, of whose
256 draws the largest is about three standard deviations: the bound is at about six."""


@final
@dataclass(frozen=True, kw_only=True)
class ScreeningRecord:
    """What screening did, in units of logits; an error is that of the difference between two logits of a text.

    Args:
        stand_in: What was asked first, such as ``"bfloat16"``.
        compared: Texts that both were asked.
        largest_error: The largest error among them.
        bound: What the error was taken to be at most, at the end.
        beyond: Errors that were larger than the bound at their time; the bound then grew.
    """

    stand_in: str
    compared: int
    largest_error: float
    bound: float
    beyond: int

    def to_record(self) -> dict[str, Any]:
        """Returns plain data for JSON."""
        return asdict(self)


@final
class Screening:
    """Asks a stand-in, and keeps account of how far it is off.

    Share one between runs on the same victim, as a query cache. The outcome of an attack is that of an attack without
    screening unless an error exceeds the bound unnoticed: what a search builds on is the victim's own answer, asked for
    every text whose rough score leaves the decision open.

    Args:
        stand_in: Gives nearly the victim's logits, faster.
        name: What to call it.
    """

    def __init__(self, stand_in: Victim, *, name: str) -> None:
        self.name = name
        self._cache = QueryCache()
        self._stand_in = CheckedVictim(stand_in, batch_size=None, cache=self._cache)
        self._compared = 0
        self._largest = 0.0
        self._beyond = 0

    @property
    def bound(self) -> float:
        """How far the difference between two of a text's logits is taken to be off, at most."""
        return SAFETY * self._largest

    @property
    def record(self) -> ScreeningRecord:
        """What screening did so far."""
        return ScreeningRecord(
            stand_in=self.name,
            compared=self._compared,
            largest_error=self._largest,
            bound=self.bound,
            beyond=self._beyond,
        )

    def sample(self, count: int) -> IntArray:
        """Returns which of ``count`` texts both have to be asked before the others may be asked roughly."""
        wanted = min(count, max(0, CALIBRATION_TEXTS - self._compared))
        return np.linspace(0, count - 1, wanted).round().astype(np.int64)

    def logits(self, texts: Sequence[Text], owners: Sequence[str]) -> tuple[FloatArray, list[int]]:
        """Returns the stand-in's logits, and the positions of texts that it was really asked; see `CheckedVictim`."""
        return self._stand_in.logits(texts, owners)

    def compare(self, texts: Sequence[Text], logits: FloatArray) -> None:
        """Notes how far the stand-in was off, where it was asked.

        Args:
            texts: Texts.
            logits: The victim's own, shape ``(len(texts), classes)``.
        """
        slots = np.array(self._cache.slots(texts), dtype=np.int64)
        asked = slots >= 0
        if not asked.any():
            return
        difference = self._cache.rows(slots[asked].tolist()) - logits[asked]
        errors = np.ptp(difference, axis=1)
        if self._compared >= CALIBRATION_TEXTS:
            self._beyond += int((errors > self.bound).sum())
        self._compared += len(errors)
        self._largest = max(self._largest, float(errors.max()))
