"""The mean of a list after some of it, drawn in random order; what is said of it holds whenever one stops to look.

A gambler bets that each value to come is below what it would be in the mean, were the mean of the list ``m``. If it is
``m`` or more, no way of betting is expected to win, and the chance that the wealth ever grows 20-fold is at most 1 in
20 (Ville's inequality); so where it did, the mean is below ``m`` at 95 %. No fixed number of looks is needed, and the
bets grow with how little the values vary, which Hoeffding's inequality does not know.

References:
    Waudby-Smith, Ramdas (2024). Estimating Means of Bounded Random Variables by Betting. Journal of the Royal
    Statistical Society B 86(1), section 4: drawing without replacement. arXiv:2010.09686
"""

import math
from collections.abc import Sequence

LARGEST_STAKE = 0.75
"""Of the gambler's wealth in one bet."""

_HALVINGS = 30
_ROUNDING = 1e-9


def is_below(values: Sequence[float], mean: float, *, total: int, confidence: float) -> bool:
    """Says whether the mean of a list is below a number, at a confidence.

    Args:
        values: The first of the list in random order, each in [0, 1].
        mean: The number.
        total: Length of the list.
        confidence: Between 0 and 1.
    """
    target, wealth, seen = -math.log(1 - confidence), 0.0, 0.0
    squares = 0.25
    for count, value in enumerate(values):
        # What the values left would have in the mean, were that of the list ``mean``.
        expected = (total * mean - seen) / (total - count)
        if expected <= 0:
            return False
        if expected > 1 + _ROUNDING:
            return True
        variance = squares / (count + 1)
        bet = math.sqrt(2 * target / (variance * total / 2))
        if expected < 1:
            bet = min(bet, LARGEST_STAKE / (1 - expected))
        wealth += math.log1p(bet * (expected - value))
        if wealth >= target:
            return True
        seen += value
        squares += (value - (0.5 + seen) / (count + 2)) ** 2
    return mean > (seen + total - len(values)) / total + _ROUNDING


def bounds(values: Sequence[float], *, total: int, confidence: float) -> tuple[float, float]:
    """Returns an interval of the mean of a list.

    Args:
        values: The first of the list in random order, each in [0, 1].
        total: Length of the list.
        confidence: Between 0 and 1; half of what is left goes to each end.
    """
    each = (1 + confidence) / 2
    low = 1 - _upper([1 - value for value in values], total, each)
    return max(0.0, low), min(1.0, _upper(values, total, each))


def _upper(values: Sequence[float], total: int, confidence: float) -> float:
    """Returns the lowest mean that the list is not surely below; wealth grows with it, so that halving finds it."""
    low, high = sum(values) / total, (sum(values) + total - len(values)) / total
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if is_below(values, middle, total=total, confidence=confidence):
            high = middle
        else:
            low = middle
    return high
