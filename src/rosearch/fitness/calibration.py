"""Temperature calibration: without it, a model's confidence alone can look like robustness."""

import numpy as np

from rosearch.core.protocols import FloatArray, IntArray


def fit_temperature(logits: FloatArray, labels: IntArray) -> float:
    """Returns the temperature that minimises the negative log-likelihood of ``labels``.

    Args:
        logits: Shape ``(n, classes)``.
        labels: Shape ``(n,)``.

    Returns:
        A temperature between 1e-4 and 1e4; 1 where all logits of each row are equal.

    References:
        Guo et al. (2017), On Calibration of Modern Neural Networks, section 4.2. arXiv:1706.04599; Raina et al. (2024)
        show why an attack by probabilities means nothing without it.
    """
    from scipy.optimize import minimize_scalar

    centred = logits - logits.mean(axis=1, keepdims=True)
    size = float(np.sqrt(np.mean(centred**2)))
    if size == 0:
        return 1.0
    unit = centred / size
    # Searched on the scale of the logits themselves, so that multiplying them by a constant only moves the optimum.
    found = minimize_scalar(lambda log: _loss(unit / np.exp(log), labels), bounds=(-6, 6), method="bounded")
    return float(np.clip(np.exp(found.x) * size, 1e-4, 1e4))


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


def _loss(logits: FloatArray, labels: IntArray) -> float:
    return float(-_log_softmax(logits)[np.arange(len(labels)), labels].mean())


def _log_softmax(logits: FloatArray) -> FloatArray:
    shifted = logits - logits.max(axis=1, keepdims=True)
    result: FloatArray = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result
