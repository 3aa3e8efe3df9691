"""Who is still in the population."""

from collections.abc import Sequence

from rosearch.store.records import Trial


def youngest(trials: Sequence[Trial], population: int) -> tuple[Trial, ...]:
    """Keeps the last trials: everybody dies of age, the best included, so that a lucky measurement does not rule.

    Args:
        trials: In order; failed ones take their place like any other.
        population: How many live at a time.

    References:
        Real, Aggarwal, Huang, Le (2019). Regularized Evolution for Image Classifier Architecture Search. AAAI.
        arXiv:1802.01548
    """
    return tuple(trials[-population:])
