"""A character becomes one that looks like it."""

from dataclasses import dataclass
from typing import final

from rosearch.attacks.randomness import AttackRandom
from rosearch.attacks.transformations.transformation import WordSwap
from rosearch.lexicons.homoglyphs import HOMOGLYPHS


@final
@dataclass(frozen=True)
class HomoglyphSwap(WordSwap):
    """Replaces one character by its look-alike, at each place that has one."""

    def replacements(self, word: str, random: AttackRandom) -> tuple[str, ...]:  # noqa: ARG002
        """Returns a word for each place."""
        places = (at for at, sign in enumerate(word) if sign in HOMOGLYPHS)
        return tuple(word[:at] + HOMOGLYPHS[word[at]] + word[at + 1 :] for at in places)
