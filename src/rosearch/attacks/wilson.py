"""The interval of a share that every table has."""

import math
from statistics import NormalDist


def wilson(successes: float, n: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Returns Wilson's score interval of a share.

    Written out, since library functions take whole counts only, and the mean of several trainings is none.

    Args:
        successes: How many of ``n``; fractions are allowed.
        n: Above 0; a fraction where it is an effective number.
        confidence: Between 0 and 1.

    References:
        Wilson (1927). Probable Inference, the Law of Succession, and Statistical Inference.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / n
    centre = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2)
    low, high = ((centre + sign * spread) / (1 + z * z / n) for sign in (-1, 1))
    return max(0.0, low) if successes else 0.0, min(1.0, high) if successes < n else 1.0
