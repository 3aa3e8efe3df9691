"""An attack of one's own in one file: words that spammers write with digits, held to the promises of every attack.

`python examples/custom_attack.py` shows it at work, `python -m pytest examples/custom_attack.py` tests it: the class
near the end, with one fixture, runs the whole conformance kit. docs/how-to/own-attack.md explains the parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, final

import numpy as np
import pytest

from rosearch.attacks import Attack, MarginScore
from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.constraints.repeat_modification import RepeatModification
from rosearch.attacks.constraints.stop_words import StopWordModification
from rosearch.attacks.dialogue import Search, Start
from rosearch.attacks.randomness import AttackRandom
from rosearch.attacks.search_methods.greedy_word_importance import GreedyWordImportance
from rosearch.attacks.transformations.transformation import WordSwap
from rosearch.core.protocols import FloatArray, Text
from rosearch.testing.attack_conformance import AttackConformance


@final
@dataclass(frozen=True)
class DigitSwap(WordSwap):
    """Writes one letter of a word as the digit that looks like it."""

    digits: ClassVar[dict[str, str]] = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5"}

    def replacements(self, word: str, random: AttackRandom) -> tuple[str, ...]:  # noqa: ARG002
        places = (at for at, letter in enumerate(word) if letter in self.digits)
        return tuple(word[:at] + self.digits[word[at]] + word[at + 1 :] for at in places)


@final
@dataclass(frozen=True, kw_only=True)
class Leetspeak(Attack):
    """Digits for letters, the most important word first, until the prediction changes."""

    kind: Literal["leetspeak-example"] = "leetspeak-example"

    def search(self, start: Start) -> Search:
        return GreedyWordImportance(importance="unk").search(start, DigitSwap(), self.constraints())

    def constraints(self) -> tuple[Constraint, ...]:
        return (RepeatModification(), StopWordModification())


class SpamWords:
    """A filter that looks for three words; class 1 is spam."""

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        found = [sum(word in str(text).lower().split() for word in ("free", "prize", "call")) for text in texts]
        return np.stack([np.full(len(texts), 0.5), np.array(found, dtype=np.float64)], axis=1)


class TestLeetspeak(AttackConformance):
    @pytest.fixture
    def attack(self) -> Attack:
        return Leetspeak()


def main() -> None:
    texts = ["Call now and claim your free prize", "Shall we meet at noon", "A free ticket"]
    for result in Leetspeak().run(SpamWords(), texts, [1, 0, 1], score=MarginScore(), seeds=0):
        print(f"{result.status:8} {result.queries:3} queries  {result.original!r} -> {result.adversarial!r}")


if __name__ == "__main__":
    main()
