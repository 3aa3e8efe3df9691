"""From the labels that rows carry to numbered classes."""

import re
from collections.abc import Collection

import numpy as np

from rosearch.core.errors import TaskError
from rosearch.core.protocols import IntArray

MAX_CLASSES = 1000
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_WHOLE_NUMBER = re.compile(r"[+-]?\d+")


def order_labels(seen: Collection[str]) -> tuple[str, ...]:
    """Orders labels into classes: whole numbers by value, anything else by name.

    Args:
        seen: The labels of all rows.

    Raises:
        TaskError: If there is one label only, more than `MAX_CLASSES`, or they look like measurements.
    """
    labels = set(seen)
    if len(labels) == 1:
        raise TaskError(f"All rows carry the label {next(iter(labels))!r}. A task needs two classes or more.")
    whole = all(_WHOLE_NUMBER.fullmatch(label) for label in labels)
    if not whole and all(_NUMBER.fullmatch(label) for label in labels):
        example = next(label for label in sorted(labels) if not _WHOLE_NUMBER.fullmatch(label))
        raise TaskError(
            f"The labels look like measurements ({example!r}), not classes. Write whole numbers or names, "
            "or list the values in [task] labels if they are classes."
        )
    if len(labels) > MAX_CLASSES:
        raise TaskError(
            f"The label column holds {len(labels):,} different values, more than {MAX_CLASSES:,} classes. "
            "Is it the right column? Set [task] label."
        )
    return tuple(sorted(labels, key=lambda label: (int(label), label)) if whole else sorted(labels))


def number_labels(labels: Collection[str], classes: tuple[str, ...]) -> IntArray:
    """Returns the index in ``classes`` of each label, shape ``(len(labels),)``."""
    index = {label: number for number, label in enumerate(classes)}
    return np.fromiter((index[label] for label in labels), dtype=np.int64, count=len(labels))
