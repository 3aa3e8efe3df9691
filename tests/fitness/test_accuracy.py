"""Figures on unchanged text: as scikit-learn has them, the same for multiplied logits, and honest about constants."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, f1_score, recall_score

from rosearch.core.protocols import FloatArray, IntArray
from rosearch.fitness.accuracy import ACCURACY_METRICS, accuracy_metrics, recall_at


def answers(seed: int, *, n: int, classes: int) -> tuple[FloatArray, IntArray]:
    rng = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(classes), rng.integers(classes, size=n - classes)])
    logits = rng.normal(size=(n, classes)) + 1.5 * np.eye(classes)[labels]
    return logits, labels


@given(st.integers(0, 999), st.integers(6, 60), st.integers(2, 5))
def test_the_figures_are_those_of_scikit_learn(seed: int, n: int, classes: int) -> None:
    logits, labels = answers(seed, n=n, classes=classes)
    found, predicted = accuracy_metrics(logits, labels, false_positive_rate=0.1), logits.argmax(axis=1)
    assert tuple(found) == ACCURACY_METRICS
    assert found["accuracy"] == np.mean(predicted == labels)
    assert found["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(labels, predicted))
    assert found["macro_f1"] == pytest.approx(f1_score(labels, predicted, average="macro"))
    assert found["worst_class_accuracy"] == min(recall_score(labels, predicted, average=None))
    assert found["worst_class_accuracy"] <= found["balanced_accuracy"]


@given(st.integers(0, 999), st.integers(6, 60), st.integers(2, 4), st.sampled_from([0.01, 0.1, 0.5]))
def test_the_recall_is_the_best_of_all_thresholds_with_so_few_false_alarms(
    seed: int, n: int, classes: int, rate: float
) -> None:
    logits, labels = answers(seed, n=n, classes=classes)
    margins = np.array([row[0] - max(row[1:]) for row in logits])
    best = 0.0
    for threshold in [*margins, np.inf]:
        alarm = margins >= threshold
        if np.mean(alarm[labels != 0]) <= rate:
            best = max(best, float(np.mean(alarm[labels == 0])))
    assert recall_at(logits, labels, 0, false_positive_rate=rate) == pytest.approx(best)
    assert recall_at(logits * 1024, labels, 0, false_positive_rate=rate) == pytest.approx(best)


def test_a_constant_answer_detects_nothing() -> None:
    labels = np.array([0] * 9 + [1])
    found = accuracy_metrics(np.tile([3.0, 1.0], (10, 1)), labels, false_positive_rate=0.01)
    assert (found["accuracy"], found["balanced_accuracy"]) == (0.9, 0.5)
    assert (found["worst_class_accuracy"], found["recall_at_fpr"]) == (0.0, 0.0)
    assert found["macro_f1"] == pytest.approx(0.9 * 2 / 1.9 / 2)


def test_only_the_classes_to_be_detected_count_in_the_recall() -> None:
    logits, labels = answers(5, n=200, classes=3)
    each = [recall_at(logits, labels, label, false_positive_rate=0.05) for label in range(3)]
    assert len(set(each)) == 3
    for detected in ([1], [0, 2]):
        found = accuracy_metrics(logits, labels, false_positive_rate=0.05, detected=np.array(detected))
        assert found["recall_at_fpr"] == pytest.approx(np.mean([each[label] for label in detected]))
    assert accuracy_metrics(logits, labels, false_positive_rate=0.05)["recall_at_fpr"] == pytest.approx(np.mean(each))


def test_a_class_without_a_text_counts_nowhere() -> None:
    logits, labels = answers(1, n=40, classes=2)
    wider = np.column_stack([logits, np.full(40, -9.0)])
    same = accuracy_metrics(logits, labels, false_positive_rate=0.1)
    assert accuracy_metrics(wider, labels, false_positive_rate=0.1) == same
    assert accuracy_metrics(wider, labels, false_positive_rate=0.1, detected=np.array([2]))["recall_at_fpr"] == 0
