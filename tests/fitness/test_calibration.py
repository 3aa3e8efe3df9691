"""Calibration: the temperature that was planted is found, whatever the scale of the logits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosearch.core.protocols import FloatArray, IntArray
from rosearch.fitness.calibration import LOG_RANGE, expected_calibration_error, fit_temperature

cases = st.builds(
    lambda seed, n, classes, spread: drawn(seed, n=n, classes=classes, spread=spread),
    st.integers(0, 10**6),
    st.integers(1, 60),
    st.integers(2, 5),
    st.floats(1e-3, 1e3),
)


def drawn(
    seed: int, *, n: int, classes: int = 3, spread: float = 2.0, temperature: float = 1.0
) -> tuple[FloatArray, IntArray]:
    """Draws logits, and labels of the distribution that they give at a temperature."""
    rng = np.random.default_rng(seed)
    logits = spread * rng.normal(size=(n, classes))
    labels = (logits / temperature + rng.gumbel(size=logits.shape)).argmax(axis=1)
    return logits, labels


def loss(logits: FloatArray, labels: IntArray) -> float:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return float((np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]).mean())


@pytest.mark.parametrize("planted", [0.1, 0.7, 1.0, 3.0, 40.0])
@pytest.mark.parametrize("classes", [2, 4])
def test_a_planted_temperature_is_found(planted: float, classes: int) -> None:
    logits, labels = drawn(0, n=20_000, classes=classes, spread=2 * planted, temperature=planted)
    assert fit_temperature(logits, labels) == pytest.approx(planted, rel=0.05)


@given(cases, st.sampled_from([1e-6, 1e-3, 0.3, 8.0, 1e3, 1e6]))
def test_the_temperature_scales_with_the_logits(case: tuple[FloatArray, IntArray], factor: float) -> None:
    logits, labels = case
    assert fit_temperature(factor * logits, labels) == pytest.approx(factor * fit_temperature(logits, labels), rel=1e-9)


@given(cases, st.floats(-100, 100))
def test_a_constant_added_to_all_logits_changes_nothing(case: tuple[FloatArray, IntArray], shift: float) -> None:
    logits, labels = case
    spread = float(np.abs(logits).max())
    assert fit_temperature(logits + spread * shift, labels) == pytest.approx(fit_temperature(logits, labels), rel=1e-6)


@given(cases)
def test_no_other_temperature_has_a_smaller_loss(case: tuple[FloatArray, IntArray]) -> None:
    logits, labels = case
    found = fit_temperature(logits, labels)
    size = float(np.sqrt(np.mean((logits - logits.mean(axis=1, keepdims=True)) ** 2)))
    assert np.exp(-LOG_RANGE) * 0.999 <= found / size <= np.exp(LOG_RANGE) * 1.001
    others = np.clip(found * np.array([0.5, 0.9, 0.99, 1.01, 1.1, 2]), *(size * np.exp([-LOG_RANGE, LOG_RANGE])))
    assert all(loss(logits / found, labels) <= loss(logits / other, labels) + 1e-12 for other in others)


@pytest.mark.parametrize("constant", [0.0, 1.5, -1e6])
def test_constant_logits_have_the_temperature_one(constant: float) -> None:
    assert fit_temperature(np.full((5, 3), constant), np.array([0, 1, 2, 0, 1])) == 1


def test_a_model_that_is_always_right_is_sharpened_and_one_that_is_always_wrong_is_flattened() -> None:
    logits, _ = drawn(0, n=50)
    size = float(np.sqrt(np.mean((logits - logits.mean(axis=1, keepdims=True)) ** 2)))
    assert fit_temperature(logits, logits.argmax(axis=1)) < size / 10
    assert fit_temperature(logits, logits.argmin(axis=1)) == pytest.approx(size * np.exp(LOG_RANGE))


@given(cases, st.integers(1, 20))
def test_the_calibration_error_is_that_of_its_definition(case: tuple[FloatArray, IntArray], bins: int) -> None:
    logits, labels = case
    total, n = 0.0, len(labels)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    confidences = [float(row.max() / row.sum()) for row in powers]
    right = [int(row.argmax()) == label for row, label in zip(logits, labels, strict=True)]
    for number in range(bins):
        inside = [index for index in range(n) if min(int(confidences[index] * bins), bins - 1) == number]
        if inside:
            confidence = sum(confidences[index] for index in inside) / len(inside)
            accuracy = sum(right[index] for index in inside) / len(inside)
            total += len(inside) / n * abs(confidence - accuracy)
    assert expected_calibration_error(logits, labels, bins=bins) == pytest.approx(total, abs=1e-12)
    assert 0 <= total <= 1


def test_calibrated_logits_have_a_small_error_and_sharpened_ones_a_large() -> None:
    logits, labels = drawn(1, n=20_000, spread=1.5)
    assert expected_calibration_error(logits, labels) < 0.02
    assert expected_calibration_error(20 * logits, labels) > 0.2
    assert expected_calibration_error(20 * logits / fit_temperature(20 * logits, labels), labels) < 0.02
