"""How right a model is on unchanged text: in all, over classes, in the worst class, and at few false alarms."""

import numpy as np

from rosearch.attacks.goal import margins
from rosearch.core.protocols import FloatArray, IntArray

ACCURACY_METRICS = (
    "accuracy",
    "balanced_accuracy",
    "macro_f1",
    "worst_class_accuracy",
    "recall_at_fpr",
    "false_positive_rate",
)
"""Names of what `accuracy_metrics` gives."""


def accuracy_metrics(
    logits: FloatArray, labels: IntArray, *, false_positive_rate: float, detected: IntArray | None = None
) -> dict[str, float]:
    """Returns the figures of a split, all as shares.

    Args:
        logits: Shape ``(n, classes)``.
        labels: Shape ``(n,)``; classes without a text count in no mean.
        false_positive_rate: Largest share of the other texts that an alarm for a class may hit.
        detected: The classes whose recall counts; None counts all.

    Returns:
        ``accuracy``; ``balanced_accuracy``, the mean of the classes' accuracies; ``macro_f1``, the mean of their F1;
        ``worst_class_accuracy``, the lowest of the accuracies; ``recall_at_fpr``, the mean over the detected classes of
        what `recall_at` gives; and ``false_positive_rate``, at which it holds.
    """
    from sklearn.metrics import f1_score

    predicted = logits.argmax(axis=1)
    present = np.unique(labels)
    by_class = [float((predicted == label)[labels == label].mean()) for label in present]
    watched = present if detected is None else np.intersect1d(present, detected)
    recalls = [recall_at(logits, labels, int(label), false_positive_rate=false_positive_rate) for label in watched]
    return {
        "accuracy": float((predicted == labels).mean()),
        "balanced_accuracy": float(np.mean(by_class)),
        "macro_f1": float(f1_score(labels, predicted, labels=present, average="macro", zero_division=0)),
        "worst_class_accuracy": min(by_class),
        "recall_at_fpr": float(np.mean(recalls)) if recalls else 0.0,
        "false_positive_rate": false_positive_rate,
    }


def recall_at(logits: FloatArray, labels: IntArray, label: int, *, false_positive_rate: float) -> float:
    """Returns the recall of one class where the alarm goes off for at most so many of the other texts.

    The alarm goes off above a threshold on the margin, the class's logit minus the largest other, which keeps its order
    when all logits are multiplied. The threshold is the best of this split, as on a ROC curve; nothing is interpolated,
    so with fewer than 1 / rate other texts it allows no false alarm at all.

    Args:
        logits: Shape ``(n, classes)``.
        labels: Shape ``(n,)``.
        label: The class.
        false_positive_rate: Largest share of the other texts.

    Returns:
        A share; 0 where there is no text of the class, 1 where there is no other.
    """
    from sklearn.metrics import roc_curve

    positive = labels == label
    if positive.all() or not positive.any():
        return float(positive.any())
    leads = margins(logits, np.full(len(labels), label))
    false_alarms, recalls, _ = roc_curve(positive, leads, drop_intermediate=False)
    return float(recalls[false_alarms <= false_positive_rate].max())
