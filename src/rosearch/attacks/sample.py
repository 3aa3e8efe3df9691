"""Which texts of a list were attacked, and what they say of the whole list."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np

from rosearch.attacks.wilson import wilson
from rosearch.core.protocols import BoolArray, FloatArray


@final
@dataclass(frozen=True, kw_only=True)
class Sample:
    """Texts drawn from the strata of a list, at random within each.

    Args:
        places: Of the drawn texts in the list, ascending.
        strata: The stratum of each drawn text, from 0.
        sizes: How many texts of the list each stratum has.

    Raises:
        ValueError: If a stratum has texts, and none of them was drawn.
    """

    places: tuple[int, ...]
    strata: tuple[int, ...]
    sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        if any(size and not drawn for size, drawn in zip(self.sizes, self._drawn, strict=True)):
            raise ValueError(f"a stratum without a drawn text says nothing: {self._drawn} drawn of {self.sizes}")

    @classmethod
    def of_one_stratum(cls, places: Sequence[int], total: int) -> "Sample":
        """Returns texts drawn from a list as a whole.

        Args:
            places: Of the drawn texts.
            total: How many the list has.
        """
        drawn = tuple(sorted(places))
        return cls(places=drawn, strata=(0,) * len(drawn), sizes=(total,))

    @property
    def total(self) -> int:
        """How many texts the list has."""
        return sum(self.sizes)

    @property
    def complete(self) -> bool:
        """Whether all of the list was attacked."""
        return len(self.places) == self.total

    @cached_property
    def weights(self) -> FloatArray:
        """How many texts of the list each drawn one stands for, shape ``(drawn,)``: Horvitz and Thompson's weights."""
        sizes, drawn = np.array(self.sizes), np.array(self._drawn)
        of: FloatArray = (sizes / np.maximum(drawn, 1))[list(self.strata)]
        return of

    def interval(self, resists: Sequence[bool] | BoolArray, *, confidence: float = 0.95) -> tuple[float, float]:
        """Returns the interval of a share of all texts like these, of which the list is a sample itself.

        It is Wilson's for as many texts as would give the estimate the same variance: that of a list of this size, and
        that of the draw from it. Shares within strata are shrunk a little, since four texts that all fall do not say
        that all fall.

        Args:
            resists: Whether each drawn text is counted, shape ``(drawn,)``.
            confidence: Between 0 and 1.

        References:
            Cochran (1977). Sampling Techniques, section 5.3, for the variance within strata. Franco, Little, Louis,
            Slud (2019). Comparative Study of Confidence Intervals for Proportions in Complex Sample Surveys, for
            Wilson's interval at an effective sample size.
        """
        counted, strata = np.array(resists, dtype=np.float64), np.array(self.strata)
        share = float(self.weights @ counted) / self.total
        variance = 0.0
        for stratum, (size, drawn) in enumerate(zip(self.sizes, self._drawn, strict=True)):
            if drawn < size:
                within = (counted[strata == stratum].sum() + 0.5) / (drawn + 1)
                left_out = 1 - drawn / size
                variance += (size / self.total) ** 2 * left_out * within * (1 - within) / drawn
        centre = (share * self.total + 0.5) / (self.total + 1)
        spread = centre * (1 - centre)
        effective = spread / (spread / self.total + variance)
        return wilson(share * effective, effective, confidence=confidence)

    @property
    def _drawn(self) -> tuple[int, ...]:
        return tuple(np.bincount(self.strata, minlength=len(self.sizes)).tolist())
