"""The averaged perceptron tagger: NLTK's own, without NLTK."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, final

import numpy as np

from rosearch.core.events import Listener, ignore
from rosearch.core.files import read_json, write_json
from rosearch.core.fingerprint import fingerprint, fingerprint_files
from rosearch.core.protocols import FloatArray
from rosearch.data.derived import derived_folder
from rosearch.lexicons.perceptron_weights import read_weights
from rosearch.lexicons.tagger import Tagger
from rosearch.lexicons.universal_tags import UNIVERSAL

_VERSION = 1
_START = ("-START-", "-START2-")
_END = ("-END-", "-END2-")


@final
@dataclass(frozen=True, kw_only=True)
class PerceptronTagger(Tagger):
    """Greedy tagging from left to right with an averaged perceptron; the tags are NLTK's, and so TextAttack's.

    A sentence costs some 20 microseconds a word when its words stand in new surroundings, and next to nothing again.

    Args:
        path: A folder with NLTK's ``averaged_perceptron_tagger_eng`` in JSON; None takes that of an installed NLTK, or
            fetches the same weights from the package that NLTK had them from.

    References:
        Collins (2002). Discriminative Training Methods for Hidden Markov Models. Honnibal (2013), A Good
        Part-of-Speech Tagger in about 200 Lines of Python. Universal tags: Petrov, Das, McDonald (2012).
    """

    path: str | None = None
    kind: Literal["perceptron"] = "perceptron"

    def tags(self, words: Sequence[str]) -> tuple[str, ...]:
        """Returns a universal tag for each word; see ``Tagger``.

        Args:
            words: In order.

        Raises:
            AssetError: If the weights can neither be found nor fetched.
        """
        return _tags(self.path, tuple(words))

    def fingerprint(self) -> str:
        """Returns a name of the weights.

        Raises:
            AssetError: If the weights can neither be found nor fetched.
        """
        return fingerprint([self.kind, _model(self.path).content, _VERSION])

    def prepare(self, listener: Listener) -> None:
        """Fetches the weights where no folder is named.

        Args:
            listener: Hears the bytes.

        Raises:
            AssetError: If they can neither be found nor fetched.
        """
        _source(self.path, listener)


class _Model:
    """The weights of one folder: a row of numbers for each feature, and a memory of what was predicted."""

    def __init__(self, source: Path) -> None:
        hashes = fingerprint_files(source)
        hashes.pop("asset.json", None)  # says where the files came from
        self.content = fingerprint(hashes)
        folder = derived_folder("tagger", fingerprint([self.content, _VERSION]), lambda place: _write(place, source))
        features = (folder / "features.txt").read_text(encoding="utf-8").split("\n")
        self.rows: Mapping[str, int] = {feature: row for row, feature in enumerate(features)}
        self.weights: FloatArray = np.load(folder / "weights.npy", mmap_mode="r")
        names = read_json(folder / "names.json")
        self.classes: list[str] = names["classes"]
        self.known: Mapping[str, str] = names["known"]
        self.predict = lru_cache(maxsize=1 << 19)(self._predict)

    def tag(self, words: Sequence[str]) -> list[str]:
        context = (*_START, *map(_normalised, words), *_END)
        before, second = _START  # as if the nearer of the two came first: NLTK's weights were trained so
        tags = []
        for at, word in enumerate(words):
            tag = self.known.get(word) or self.predict(word, context[at : at + 5], before, second)
            tags.append(tag)
            before, second = tag, before
        return tags

    def _predict(self, word: str, context: tuple[str, ...], before: str, second: str) -> str:
        known = [self.rows[name] for name in _features(word, context, before, second) if name in self.rows]
        # Row after row in the order of the features, so that sums round as NLTK's do. The classes stand in reverse
        # alphabetical order: of equal scores NLTK takes the last name.
        return self.classes[int(self.weights[known].sum(axis=0).argmax())]


def _features(word: str, context: tuple[str, ...], before: str, second: str) -> Iterator[str]:
    """Names what is seen of a word: itself, two words to each side, and the two tags before it."""
    two_left, left, own, right, two_right = context
    yield "bias"
    yield f"i suffix {word[-3:]}"
    yield f"i pref1 {word[:1]}"
    yield f"i-1 tag {before}"
    yield f"i-2 tag {second}"
    yield f"i tag+i-2 tag {before} {second}"
    yield f"i word {own}"
    yield f"i-1 tag+i word {before} {own}"
    yield f"i-1 word {left}"
    yield f"i-1 suffix {left[-3:]}"
    yield f"i-2 word {two_left}"
    yield f"i+1 word {right}"
    yield f"i+1 suffix {right[-3:]}"
    yield f"i+2 word {two_right}"


def _normalised(word: str) -> str:
    if "-" in word and word[0] != "-":
        return "!HYPHEN"
    if word.isdigit() and len(word) == 4:
        return "!YEAR"
    return "!DIGITS" if word[:1].isdigit() else word.lower()


@lru_cache(maxsize=1 << 18)
def _tags(path: str | None, words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(UNIVERSAL.get(tag, "X") for tag in _model(path).tag(words))


@lru_cache(maxsize=4)
def _model(path: str | None) -> _Model:
    return _Model(_source(path))


def _source(path: str | None, listener: Listener = ignore) -> Path:
    if path is not None:
        return Path(path)
    from rosearch.data.assets import TAGGER, fetch

    return fetch(TAGGER, listener=listener)


def _write(folder: Path, source: Path) -> None:
    """Lays the weights out as an array that can be mapped."""
    found = read_weights(source)
    classes = sorted(found.classes, reverse=True)
    column = {name: at for at, name in enumerate(classes)}
    weights = np.zeros((len(found.weights), len(classes)))
    for row, by_class in enumerate(found.weights.values()):
        for name, weight in by_class.items():
            weights[row, column[name]] = weight
    np.save(folder / "weights.npy", weights)
    (folder / "features.txt").write_text("\n".join(found.weights), encoding="utf-8")
    write_json(folder / "names.json", {"classes": classes, "known": dict(found.known)})
