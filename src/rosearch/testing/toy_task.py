"""A task of self-made sentences that a tiny network learns in a second."""

import numpy as np

from rosearch.data.task import Split, Task

PRAISE = ("great", "wonderful", "superb", "moving", "brilliant", "charming", "delightful", "clever", "fresh", "fine")
BLAME = ("awful", "terrible", "boring", "dull", "bad", "weak", "clumsy", "tedious", "stupid", "poor")
THINGS = ("movie", "story", "plot", "script", "director", "cast", "music", "ending", "scene", "picture")
FRAMES = (
    "The {thing} was {word} and the {other} felt {second} throughout .",
    "I found this {thing} {word} , with a truly {second} {other} .",
    "A {word} {thing} ; its {other} is {second} .",
    "Honestly , the {other} seemed {second} while the {thing} looked {word} to everyone last night .",
)
SYNONYMS = {
    "great": ("big", "fine"),
    "bad": ("poor", "big"),
    "fine": ("all right", "small"),
    "poor": ("small", "fine"),
    "dull": ("quiet", "clever"),
    "fresh": ("new", "weak"),
    "movie": ("film", "picture"),
    "story": ("plot", "tale"),
}
"""A small lexicon whose words the toy teacher knows; some swaps change the class for a weak model."""


def toy_task(*, seed: int = 0, train: int = 240, dev: int = 60, test: int = 60) -> Task:
    """Returns a two-class task of sentences that say something good or bad, one word in eight misleading.

    Args:
        seed: Decides the sentences.
        train: Texts to learn from.
        dev: Texts to select on.
        test: Texts to measure on.
    """
    rng = np.random.default_rng(seed)
    rows: dict[str, int] = {}
    while len(rows) < train + dev + test:
        label = int(rng.integers(2))
        misleading = rng.random() < 1 / 8
        words = PRAISE if label else BLAME
        second = BLAME if label == misleading else PRAISE
        thing, other = rng.choice(THINGS, size=2, replace=False)
        frame = str(rng.choice(FRAMES))
        text = frame.format(thing=thing, other=other, word=rng.choice(words), second=rng.choice(second))
        rows.setdefault(text, label)
    texts, labels = tuple(rows), np.array(list(rows.values()))
    ends = np.cumsum([train, dev, test])
    parts = [
        Split(texts[end - size : end], labels[end - size : end])
        for end, size in zip(ends, (train, dev, test), strict=True)
    ]
    return Task(name="toy", label_names=("bad", "good"), train=parts[0], dev=parts[1], test=parts[2])
