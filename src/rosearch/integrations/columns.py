"""Texts and labels as users of scikit-learn hand them over, as a task."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rosearch.core.protocols import IntArray, Text
from rosearch.core.rng import SeedTree
from rosearch.data.task import Split, Task
from rosearch.data.unlabelled import readable


def texts_of(column: Any) -> list[Text]:
    """Returns texts out of a list, an array, a column or a table of one or two columns.

    Args:
        column: Strings, or pairs of strings.

    Raises:
        ValueError: If it holds anything else, or nothing.
    """
    if isinstance(column, str | bytes):
        raise ValueError("X is one string. Give a list of texts; for a single one, [text].")
    table = getattr(column, "ndim", 1) == 2
    rows = np.asarray(column, dtype=object).tolist() if table else list(column)
    texts = [_text(row) for row in rows]
    if not texts:
        raise ValueError("Found array with 0 sample(s) while a minimum of 1 is required.")
    if len({isinstance(text, str) for text in texts}) > 1:
        raise ValueError("X holds texts and pairs of texts. Give one or the other.")
    return texts


def task_of(texts: Sequence[Text], codes: IntArray, names: tuple[str, ...], *, dev_share: float, seed: int) -> Task:
    """Makes a task whose dev split has each class; what is set aside is not trained on, but for the rarest texts.

    Args:
        texts: To learn from and to select on.
        codes: Index of the class of each, shape ``(n,)``.
        names: Of the classes.
        dev_share: Of the texts, for selecting the teacher's epoch and, in a search, the architecture.
        seed: Decides which.
    """
    rng = SeedTree(seed).child("dev").generator()
    dev: list[int] = []
    for code in range(len(names)):
        rows = rng.permutation(np.flatnonzero(codes == code))
        dev.extend(rows[: max(1, round(dev_share * len(rows)))].tolist())
    held_out = set(dev)
    train = [row for row in range(len(texts)) if row not in held_out]
    # A class with a single text is learnt from it all the same.
    train += [row for row in dev if not any(codes[other] == codes[row] for other in train)]
    whole = Split(tuple(texts), codes)
    part = whole.take(sorted(dev))
    return Task(name="given", label_names=names, train=whole.take(sorted(train)), dev=part, test=part)


def class_names(classes: NDArray[Any]) -> tuple[str, ...]:
    """Returns the classes as strings that differ, whatever they are.

    Args:
        classes: Distinct values.
    """
    names = [str(value) for value in classes.tolist()]
    return tuple(names if len(set(names)) == len(names) else [f"{name} ({place})" for place, name in enumerate(names)])


def _text(row: Any) -> Text:
    fields = (row,) if isinstance(row, str) else row
    if isinstance(fields, list | tuple) and all(isinstance(field, str) for field in fields):
        if len(fields) == 1:
            return readable(fields[0])
        if len(fields) == 2:
            return readable(fields[0]), readable(fields[1])
    raise ValueError(f"X holds {str(row)[:40]!r} of type {type(row).__name__}. Give strings, or pairs of strings.")
