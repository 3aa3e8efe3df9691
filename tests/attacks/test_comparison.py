"""Paired differences: over the texts that both have, with an interval that knows what pairing gains."""

import numpy as np
import pytest

from rosearch.attacks.comparison import paired_difference
from rosearch.attacks.wilson import wilson

RNG = np.random.default_rng


def outcomes(shares: np.ndarray) -> dict[str, float]:  # type: ignore[type-arg]
    return {f"text {at}": float(share) for at, share in enumerate(shares)}


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = RNG(1)
    covered = 0
    for _ in range(200):
        # Hard texts are hard for both; the first model saves a tenth of what the second loses.
        hard = rng.random(300) < 0.5
        second = (~hard & (rng.random(300) < 0.8)).astype(float)
        first = np.where(rng.random(300) < 0.1, 1.0, second)
        found = paired_difference(outcomes(first), outcomes(second), rng=rng)
        covered += found.low <= 0.1 * (1 - 0.4) <= found.high
    assert 0.9 <= covered / 200 <= 0.99


def test_pairing_narrows_the_interval() -> None:
    rng = RNG(2)
    second = (rng.random(400) < 0.3).astype(float)
    first = np.where(rng.random(400) < 0.05, 1.0, second)
    found = paired_difference(outcomes(first), outcomes(second), rng=rng)
    low, high = wilson(first.sum(), 400)
    assert found.high - found.low < 0.6 * (high - low)
    assert found.difference == pytest.approx(float((first - second).mean()))
    assert found.n == 400


def test_only_texts_that_both_have_count() -> None:
    found = paired_difference({"a": 1.0, "b": 1.0, "c": 0.0}, {"b": 0.5, "d": 1.0}, rng=RNG(0))
    assert (found.difference, found.low, found.high, found.n) == (0.5, 0.5, 0.5, 1)
    with pytest.raises(ValueError, match="not measured on any text together"):
        paired_difference({"a": 1.0}, {"b": 1.0}, rng=RNG(0))
