"""Victims of the golden traces: linear models over words or characters, the same wherever they are built.

Imported by the tests and by the tool that records TextAttack's traces, so it knows neither package. Weights come from
hashes and are multiples of 1/64: sums are exact, so that equal texts get equal logits to the last bit, in any order.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

HEAVY = frozenset(("the", "a", "is", "not", "and", "but", "this", "you", "i", "of", "to", "it"))


@cache
def weights(feature: str, classes: int) -> NDArray[np.float64]:
    """Returns a feature's weight for each class; common little words weigh much, so that some texts resist."""
    digest = blake2b(feature.encode(), digest_size=classes).digest()
    values = np.array([byte % 65 - 32 for byte in digest], dtype=np.float64) / 64
    return values * 4 if feature in HEAVY else values


def words(text: str) -> Iterator[str]:
    return iter(re.findall(r"\w+", text.lower()))


def characters(text: str) -> Iterator[str]:
    for word in words(text):
        framed = f"<{word}>"
        yield from (framed[at : at + 3] for at in range(len(framed) - 2))


def both(text: str) -> Iterator[str]:
    yield from words(text)
    yield from characters(text)


class LinearVictim:
    """A bag of features.

    Args:
        features: Of a text.
        classes: How many labels.
    """

    def __init__(self, features: Callable[[str], Iterator[str]], *, classes: int) -> None:
        self.features = features
        self.classes = classes
        self.known: dict[str, NDArray[np.float64]] = {}

    def logits(self, texts: Sequence[str]) -> NDArray[np.float64]:
        return np.array([self._known_row(text) for text in texts]).reshape(len(texts), self.classes)

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        logits = self.logits(texts)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1)[:, None]

    def _known_row(self, text: str) -> NDArray[np.float64]:
        if text not in self.known:
            self.known[text] = self._row(text)
        return self.known[text]

    def _row(self, text: str) -> NDArray[np.float64]:
        row = np.zeros(self.classes)
        for feature in self.features(text):
            row += weights(feature, self.classes)
        return row


VICTIMS = {
    "words, 2 classes": LinearVictim(words, classes=2),
    "characters, 2 classes": LinearVictim(characters, classes=2),
    "both, 3 classes": LinearVictim(both, classes=3),
}


def gold(name: str, text: str, position: int) -> int:
    """Returns the label of a text: the victim's own prediction, but another for every eleventh text."""
    victim = VICTIMS[name]
    return (int(victim.logits([text])[0].argmax()) + (position % 11 == 10)) % victim.classes
