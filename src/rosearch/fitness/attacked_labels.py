"""Attacks on the classes that attackers hide: nobody rewrites a text so that it is taken for spam."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from rosearch.attacks.wilson import wilson
from rosearch.core.component import nearest
from rosearch.core.errors import ConfigError
from rosearch.core.protocols import BoolArray, FloatArray, IntArray
from rosearch.data.task import Split, Task


def attacked_classes(names: Sequence[str], label_names: Sequence[str]) -> IntArray:
    """Returns the numbers of the attacked classes, ascending; all of them where no name is given.

    Args:
        names: Names of classes.
        label_names: The task's.

    Raises:
        ConfigError: If the task has no class of a name; the nearest one is suggested.
    """
    for name in names:
        if name not in label_names:
            raise ConfigError(f"attacked_labels: the task has no label {name!r}. {nearest(name, label_names)}")
    return np.array([number for number, name in enumerate(label_names) if not names or name in names])


def require_attackable(task: Task, names: Sequence[str]) -> None:
    """Makes sure that dev and test hold texts of the attacked classes.

    Args:
        task: What is classified.
        names: Names of the attacked classes; empty for all.

    Raises:
        ConfigError: If the task has no class of a name, or a split no text of any.
    """
    classes = attacked_classes(names, task.label_names)
    for name, split in (("dev", task.dev), ("test", task.test)):
        if not attacked_rows(split, classes).any():
            raise ConfigError(
                f"attacked_labels: no {name} text has the label {' or '.join(names)}. Give a larger {name} split."
            )


def attacked_rows(split: Split, classes: IntArray) -> BoolArray:
    """Says which texts of a split are of the attacked classes, shape ``(n,)``."""
    return np.isin(split.labels, classes)


def spared_metrics(
    logits: FloatArray, labels: IntArray, attacked: BoolArray, *, robust_accuracy: float
) -> dict[str, float]:
    """Returns the figures of the texts that nobody attacks, and those over all texts.

    Args:
        logits: Of a split's texts before any attack, shape ``(n, classes)``.
        labels: Shape ``(n,)``.
        attacked: Which texts are of the attacked classes, shape ``(n,)``.
        robust_accuracy: Over the attacked texts.

    Returns:
        ``spared_texts``; ``spared_accuracy``; ``attacked_share``, of the split; and ``robust_accuracy_all``. Empty
        where every text is of an attacked class.
    """
    if attacked.all():
        return {}
    share = float(attacked.mean())
    accuracy = float((logits.argmax(axis=1) == labels)[~attacked].mean())
    return {
        "spared_texts": float((~attacked).sum()),
        "spared_accuracy": accuracy,
        "attacked_share": share,
        "robust_accuracy_all": share * robust_accuracy + (1 - share) * accuracy,
    }


def over_all_texts(robust_accuracy: float, n: int, metrics: Mapping[str, float]) -> tuple[float, float, float] | None:
    """Returns the share of all texts that stay right where those of the attacked classes are attacked.

    Args:
        robust_accuracy: Over ``n`` attacked texts.
        n: How many were attacked.
        metrics: With what `spared_metrics` gave.

    Returns:
        The share with its 95 % interval, made of Wilson's two by squaring and adding; None where no text was spared.

    References:
        Zou, Donner (2008). Construction of Confidence Limits about Effect Measures, section 2.
    """
    if "attacked_share" not in metrics:
        return None
    share, spared, texts = metrics["attacked_share"], metrics["spared_accuracy"], metrics["spared_texts"]
    parts = [(share, robust_accuracy, wilson(robust_accuracy * n, n))]
    parts.append((1 - share, spared, wilson(spared * texts, round(texts))))
    value = sum(weight * figure for weight, figure, _ in parts)
    below, above = (
        math.hypot(*(weight * (figure - interval[side]) for weight, figure, interval in parts)) for side in (0, 1)
    )
    return value, value - below, value + above
