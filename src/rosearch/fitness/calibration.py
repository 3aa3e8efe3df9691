"""Temperature calibration: without it, a model's confidence alone can look like robustness."""

import numpy as np

from rosearch.core.protocols import FloatArray, IntArray

LOG_RANGE = 6.0
"""Sharpness beyond exp(6) changes nothing any more; below exp(-6) all classes are equal."""


def fit_temperature(logits: FloatArray, labels: IntArray) -> float:
    """Returns the temperature that minimises the negative log-likelihood of ``labels``.

    Args:
        logits: Shape ``(n, classes)``.
        labels: Shape ``(n,)``.

    Returns:
        The temperature, between 1/400 and 400 times the root mean square of the logits, where it ends if no row or
        every row is wrong; 1 where all logits of each row are equal. Multiplied logits give a multiplied temperature.

    References:
        Guo et al. (2017), On Calibration of Modern Neural Networks, section 4.2. arXiv:1706.04599; Raina et al. (2024)
        show why an attack by probabilities means nothing without it.
    """
    from scipy.optimize import brentq

    centred = logits - logits.mean(axis=1, keepdims=True)
    size = float(np.sqrt(np.mean(centred**2)))
    if size == 0:
        return 1.0
    # On the scale of the logits themselves, so that multiplying them by a constant only moves the optimum; and as the
    # root of the slope, which is found to the last digits, where a minimum is known to half of them.
    unit = centred / size
    low, high = -LOG_RANGE, LOG_RANGE
    if _slope(unit, labels, high) <= 0:
        sharpness = high
    elif _slope(unit, labels, low) >= 0:
        sharpness = low
    else:
        sharpness = brentq(lambda log: _slope(unit, labels, log), low, high, xtol=1e-12)
    return float(size / np.exp(sharpness))


def expected_calibration_error(logits: FloatArray, labels: IntArray, *, bins: int = 15) -> float:
    """Returns the mean gap between confidence and accuracy, weighted by bin size.

    Args:
        logits: Shape ``(n, classes)``.
        labels: Shape ``(n,)``.
        bins: Equal-width bins of confidence.

    References: Guo et al. (2017), section 2.
    """
    probabilities = np.exp(_log_softmax(logits))
    confidence, right = probabilities.max(axis=1), logits.argmax(axis=1) == labels
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(confidence[place == b].sum() - right[place == b].sum()) for b in range(bins)]
    return float(sum(gaps) / len(labels))


def _slope(logits: FloatArray, labels: IntArray, log_sharpness: float) -> float:
    """Returns the slope of the loss as the logits are sharpened; it rises, so that it has one root."""
    shares = np.exp(_log_softmax(logits * np.exp(log_sharpness)))
    expected = (shares * logits).sum(axis=1)
    return float((expected - logits[np.arange(len(labels)), labels]).mean())


def _log_softmax(logits: FloatArray) -> FloatArray:
    shifted = logits - logits.max(axis=1, keepdims=True)
    result: FloatArray = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result
