"""The test that may look as often as it likes: seldom wrong, sure at the end, and the surer the larger the gap."""

import numpy as np
import pytest

from rosearch.fitness.shortcuts.sequential_mean import bounds, is_below

SEVENTHS = np.arange(7) / 6


def lists(count: int, *, total: int) -> list[list[float]]:
    rng = np.random.default_rng(0)
    return [rng.choice(SEVENTHS, size=total, p=[0.3, 0.2, 0.15, 0.15, 0.1, 0.05, 0.05]).tolist() for _ in range(count)]


def test_it_is_seldom_wrong_whenever_one_looks() -> None:
    wrong = [is_below(values, float(np.mean(values)), total=60, confidence=0.9) for values in lists(800, total=60)]
    assert 0 < np.mean(wrong) < 0.1


def test_a_larger_gap_is_seen_earlier() -> None:
    looks = []
    for gap in (0.05, 0.1, 0.2):
        ends = []
        for values in lists(60, total=100):
            mean = float(np.mean(values)) + gap
            ends.append(next(n for n in range(1, 101) if is_below(values[:n], mean, total=100, confidence=0.95)))
        looks.append(np.mean(ends))
    assert looks[0] > looks[1] > looks[2]
    assert looks[2] < 30


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_the_whole_list_leaves_no_doubt(value: float) -> None:
    values = [value] * 20
    low, high = bounds(values, total=20, confidence=0.95)
    assert low <= value <= high
    assert high - low < 0.06
    assert not is_below(values, value, total=20, confidence=0.95)
    assert is_below(values, value + 0.1, total=20, confidence=0.95)


def test_intervals_hold_and_narrow() -> None:
    held, widths = [], []
    for values in lists(300, total=80):
        found = [bounds(values[:n], total=80, confidence=0.95) for n in (10, 40, 79)]
        held.append(all(low - 1e-9 <= np.mean(values) <= high + 1e-9 for low, high in found))
        widths.append([high - low for low, high in found])
    assert np.mean(held) >= 0.95
    assert (np.diff(np.mean(widths, axis=0)) < 0).all()
