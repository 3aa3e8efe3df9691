"""A sample of a list: estimates are right in the mean, and intervals hold as often as they say."""

import numpy as np
import pytest

from rosearch.attacks.sample import Sample
from rosearch.attacks.wilson import wilson

SIZES = (60, 30, 10)


def draw(rng: np.random.Generator, counts: tuple[int, ...]) -> Sample:
    starts = np.cumsum((0, *SIZES))
    strata = np.repeat(np.arange(3), SIZES)
    places = [rng.permutation(size)[:count] + start for size, count, start in zip(SIZES, counts, starts, strict=False)]
    chosen = np.sort(np.concatenate(places))
    return Sample(places=tuple(chosen.tolist()), strata=tuple(strata[chosen].tolist()), sizes=SIZES)


def test_the_whole_list_is_itself() -> None:
    whole = Sample.of_one_stratum(range(50), 50)
    assert whole.complete
    assert whole.weights.tolist() == [1.0] * 50
    resists = [at < 20 for at in range(50)]
    assert whole.interval(resists) == pytest.approx(wilson(20, 50))


def test_a_plain_draw_has_the_interval_of_what_was_drawn() -> None:
    part = Sample.of_one_stratum(range(0, 400, 4), 400)
    assert part.total == 400
    assert not part.complete
    assert part.interval([at < 40 for at in range(100)]) == pytest.approx(wilson(40, 100), abs=0.01)


def test_estimates_are_right_in_the_mean_and_intervals_hold() -> None:
    rng = np.random.default_rng(0)
    shares = np.repeat([0.02, 0.5, 0.95], SIZES)
    expected, estimates, held, widths = float(shares.mean()), [], [], []
    for _ in range(600):
        resists = rng.random(100) < shares
        sample = draw(rng, (12, 18, 4))
        drawn = resists[list(sample.places)]
        estimates.append(sample.weights @ drawn / 100 - resists.mean())
        low, high = sample.interval(drawn)
        held.append(low <= expected <= high)
        widths.append(high - low)
    assert abs(np.mean(estimates)) < 0.006
    assert np.mean(held) > 0.93
    low, high = wilson(expected * 34, 34)
    assert np.mean(widths) < high - low


def test_a_stratum_that_nobody_looked_at_is_refused() -> None:
    with pytest.raises(ValueError, match="says nothing"):
        Sample(places=(0, 1), strata=(0, 0), sizes=(10, 5))
