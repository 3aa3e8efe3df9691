import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from rosearch.analysis.significance import benjamini_hochberg, partial_spearman, spearman, spearman_intervals
from rosearch.core.protocols import FloatArray

TIED = st.integers(5, 30).flatmap(lambda n: arrays(np.float64, (3, n), elements=st.integers(0, 4).map(float)))


@given(TIED)
@settings(max_examples=150, deadline=None)
def test_spearman_is_scipys_ties_included(columns: FloatArray) -> None:
    x, y, _ = columns
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return
    ours, theirs = spearman(x, y), stats.spearmanr(x, y)
    assert ours.rho == pytest.approx(theirs.statistic, abs=1e-12)
    assert ours.p == pytest.approx(theirs.pvalue, abs=1e-6)


@given(TIED)
@settings(max_examples=150, deadline=None)
def test_the_partial_correlation_is_that_of_the_three_coefficients(columns: FloatArray) -> None:
    if any(np.ptp(column) == 0 for column in columns):
        return
    x, y, z = columns
    partial = partial_spearman(x, y, given=z)
    xy, xz, yz = (spearman(*pair).rho for pair in ((x, y), (x, z), (y, z)))
    left = (1 - xz**2) * (1 - yz**2)
    if partial is None:
        assert left == pytest.approx(0, abs=1e-9)
    else:
        assert partial.rho == pytest.approx(np.clip((xy - xz * yz) / np.sqrt(left), -1, 1), abs=1e-6)


def test_the_partial_correlation_removes_what_goes_through_size() -> None:
    rng = np.random.default_rng(0)
    size = rng.normal(size=400)
    feature, outcome = size + 0.5 * rng.normal(size=400), size + 0.5 * rng.normal(size=400)
    assert spearman(feature, outcome).p < 1e-20
    partial = partial_spearman(feature, outcome, given=size)
    assert partial is not None
    assert abs(partial.rho) < 0.1


@pytest.mark.parametrize("rises", [True, False])
def test_what_size_tells_in_full_has_no_partial_correlation(rises: bool) -> None:
    size = np.arange(12.0)
    feature = np.exp(size) if rises else -(size**3)
    assert partial_spearman(feature, np.sin(size), given=size) is None


def test_a_constant_covariate_changes_nothing() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 30))
    partial = partial_spearman(x, y, given=np.ones(30))
    assert partial is not None
    assert partial.rho == pytest.approx(spearman(x, y).rho)


def test_a_perfect_correlation_has_a_small_p_and_no_warning() -> None:
    perfect = spearman(np.arange(10.0), np.arange(10.0) ** 2)
    assert perfect.rho == 1
    assert 0 < perfect.p < 1e-30


def interval(x: FloatArray, y: FloatArray, *, seed: int, samples: int) -> tuple[float, float]:
    low, high = spearman_intervals(x[None], y[None], rng=np.random.default_rng(seed), samples=samples)[0, 0]
    return float(low), float(high)


@given(TIED, st.integers(0, 99))
@settings(max_examples=100, deadline=None)
def test_an_interval_of_one_draw_is_the_rho_of_the_rows_drawn(columns: FloatArray, seed: int) -> None:
    x, y, _ = columns
    counts = np.random.default_rng(seed).multinomial(len(x), np.full(len(x), 1 / len(x)))
    drawn_x, drawn_y = np.repeat(x, counts), np.repeat(y, counts)
    constant = np.ptp(drawn_x) == 0 or np.ptp(drawn_y) == 0
    expected = (-1.0, 1.0) if constant else (spearman(drawn_x, drawn_y).rho,) * 2
    assert interval(x, y, seed=seed, samples=1) == pytest.approx(expected)


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    truth = 6 / np.pi * np.arcsin(0.5 / 2)
    covered = 0
    for seed in range(200):
        x, y = np.random.default_rng(seed).multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=60).T
        low, high = interval(x, y, seed=seed, samples=300)
        covered += low <= truth <= high
    assert 0.88 < covered / 200 < 0.99


def test_intervals_stand_in_rows_of_features_and_columns_of_outcomes() -> None:
    x, y, z, u = np.random.default_rng(0).normal(size=(4, 30))
    intervals = spearman_intervals(np.stack([x, y, z]), np.stack([u, z]), rng=np.random.default_rng(5), samples=600)
    assert intervals.shape == (3, 2, 2)
    assert tuple(intervals[1, 0]) == pytest.approx(interval(y, u, seed=5, samples=600))
    assert intervals[2, 1] == pytest.approx([1, 1])


def test_intervals_are_those_of_their_seed() -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 20))
    first, second, other = (interval(x, y, seed=seed, samples=200) for seed in (1, 1, 2))
    assert first == second != other


@given(arrays(np.float64, st.integers(1, 20), elements=st.floats(0, 1)))
def test_q_values_are_scipys(p: FloatArray) -> None:
    np.testing.assert_allclose(benjamini_hochberg(p), stats.false_discovery_control(p), rtol=1e-9)


def test_no_questions_have_no_q_values() -> None:
    assert benjamini_hochberg(np.array([])).shape == (0,)
