"""A task of pairs of self-made sentences: what two critics said of films, both good or both bad."""

import numpy as np

from rosearch.core.protocols import Text
from rosearch.data.task import Split, Task
from rosearch.testing.toy_task import toy_task


def toy_pairs(*, seed: int = 0) -> Task:
    """Returns a two-class task with two text fields; the toy teacher learns it as it learns the toy task.

    Args:
        seed: Decides the sentences.
    """
    first, second = toy_task(seed=seed), toy_task(seed=seed + 1)
    return Task(
        name="toy pairs",
        label_names=first.label_names,
        train=_paired(first.train, second.train),
        dev=_paired(first.dev, second.dev),
        test=_paired(first.test, second.test),
    )


def _paired(first: Split, second: Split) -> Split:
    """Puts texts of one class side by side, as many as both have of it."""
    texts: list[Text] = []
    labels: list[int] = []
    for label in np.unique(first.labels):
        left, right = (
            [str(text) for text, own in zip(split.texts, split.labels, strict=True) if own == label]
            for split in (first, second)
        )
        pairs = list(zip(left, right, strict=False))
        texts += pairs
        labels += [int(label)] * len(pairs)
    return Split(tuple(texts), np.array(labels))
