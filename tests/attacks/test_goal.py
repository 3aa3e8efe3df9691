import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rosearch.attacks.goal import MarginScore, ProbabilityScore, Score, flipped, margin_scale, margins
from rosearch.core.errors import AttackError

LOGITS = arrays(np.float64, st.tuples(st.integers(1, 20), st.integers(2, 4)), elements=st.floats(-50, 50, width=32))


def test_the_probability_score_is_one_minus_the_gold_probability() -> None:
    probabilities = np.array([[0.7, 0.2, 0.1], [0.05, 0.9, 0.05]])
    scores = ProbabilityScore().of(np.log(probabilities), np.array([0, 2]))
    assert scores == pytest.approx([0.3, 0.95])


def test_temperature_divides_the_logits() -> None:
    logits, gold = np.array([[4.0, 0.0]]), np.array([0])
    assert ProbabilityScore(temperature=4.0).of(logits, gold)[0] == pytest.approx(1 - 1 / (1 + math.exp(-1)))


def test_huge_logits_do_not_overflow() -> None:
    assert ProbabilityScore().of(np.array([[1e6, -1e6]]), np.array([0])).tolist() == [0.0]


def test_the_margin_score_is_the_negative_scaled_lead() -> None:
    logits, gold = np.array([[3.0, 1.0, 2.5], [0.0, 1.0, -4.0]]), np.array([0, 2])
    assert MarginScore(scale=2.0).of(logits, gold) == pytest.approx([-0.25, 2.5], abs=2**-10)


@given(LOGITS, st.integers(-20, 20), st.data())
def test_a_power_of_two_changes_no_bit_of_the_margin_score(
    logits: np.ndarray, exponent: int, data: st.DataObject
) -> None:
    gold = np.array(
        data.draw(st.lists(st.integers(0, logits.shape[1] - 1), min_size=len(logits), max_size=len(logits)))
    )
    factor = 2.0**exponent
    scores = [
        MarginScore(scale=margin_scale(values, gold)).of(values, gold).tolist()
        for values in (logits, logits * factor)
        if margins(logits, gold).any()
    ]
    assert all(score == scores[0] for score in scores)


@given(LOGITS, st.floats(1e-3, 1e3), st.data())
def test_any_factor_changes_the_margin_score_by_one_step_at_most(
    logits: np.ndarray, factor: float, data: st.DataObject
) -> None:
    gold = np.array(
        data.draw(st.lists(st.integers(0, logits.shape[1] - 1), min_size=len(logits), max_size=len(logits)))
    )
    if margin_scale(logits, gold) < 1e-3:
        return
    first = MarginScore(scale=margin_scale(logits, gold)).of(logits, gold)
    second = MarginScore(scale=margin_scale(logits * factor, gold)).of(logits * factor, gold)
    assert np.abs(first - second).max() <= 2**-10 * (1 + 1e-9)


def test_of_equal_logits_the_first_class_wins() -> None:
    assert flipped(np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0, 1])).tolist() == [False, True]


def test_the_scale_is_the_root_mean_square() -> None:
    assert margin_scale(np.array([[3.0, 0.0], [0.0, 4.0]]), np.array([0, 0])) == pytest.approx(math.sqrt(12.5))
    assert margin_scale(np.zeros((3, 2)), np.zeros(3, dtype=int)) == 1.0
    assert margin_scale(np.array([[1e200, 0.0]]), np.array([0])) == pytest.approx(1e200)
    with pytest.raises(AttackError, match="finite"):
        margin_scale(np.array([[np.nan, 0.0]]), np.array([0]))


def test_scores_are_named_in_toml() -> None:
    assert Score.from_config({"kind": "margin", "scale": 3.0}) == MarginScore(scale=3.0)
    assert Score.from_config("probability") == ProbabilityScore()


@pytest.mark.parametrize("bad", [{"temperature": 0.0}, {"resolution": -1.0}])
def test_impossible_probability_scores_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        ProbabilityScore(**bad)


@pytest.mark.parametrize("bad", [{"scale": 0.0}, {"resolution": -1.0}])
def test_impossible_margin_scores_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        MarginScore(**bad)
