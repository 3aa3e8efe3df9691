"""One character of a word is swapped, substituted, deleted or inserted, at a random place.

Each draws from the generators in TextAttack's order, so that with equal seeds the edits are equal. A word of one
character has no replacement, and nothing is drawn for it.
"""

import string
from abc import abstractmethod
from dataclasses import dataclass
from typing import final

from rosearch.attacks.randomness import AttackRandom
from rosearch.attacks.transformations.transformation import WordSwap


class CharacterEdit(WordSwap):
    """Edits a word at one place."""

    def replacements(self, word: str, random: AttackRandom) -> tuple[str, ...]:
        """Returns the edited word, or nothing where the word is too short or the edit gives the same word."""
        if len(word) < 2:
            return ()
        edited = self.edit(word, random)
        return () if edited == word else (edited,)

    @abstractmethod
    def edit(self, word: str, random: AttackRandom) -> str:
        """Returns ``word``, of two or more characters, with one edit."""


@final
@dataclass(frozen=True)
class NeighbourSwap(CharacterEdit):
    """Two neighbouring characters change places."""

    def edit(self, word: str, random: AttackRandom) -> str:
        """Swaps one pair."""
        at = random.numpy.randint(0, len(word) - 1)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


@final
@dataclass(frozen=True)
class Substitution(CharacterEdit):
    """A letter stands in another's place."""

    def edit(self, word: str, random: AttackRandom) -> str:
        """Substitutes one character."""
        at = random.numpy.randint(0, len(word))
        return word[:at] + random.python.choice(string.ascii_letters) + word[at + 1 :]


@final
@dataclass(frozen=True)
class Deletion(CharacterEdit):
    """A character is missing."""

    def edit(self, word: str, random: AttackRandom) -> str:
        """Deletes one character."""
        at = random.numpy.randint(0, len(word))
        return word[:at] + word[at + 1 :]


@final
@dataclass(frozen=True)
class Insertion(CharacterEdit):
    """A letter too many."""

    def edit(self, word: str, random: AttackRandom) -> str:
        """Inserts one letter, never at the end."""
        at = random.numpy.randint(0, len(word))
        return word[:at] + random.python.choice(string.ascii_letters) + word[at:]


@final
@dataclass(frozen=True)
class AnyOf(WordSwap):
    """Several swaps side by side, drawing in their order.

    Args:
        swaps: The swaps.
    """

    swaps: tuple[WordSwap, ...]

    def replacements(self, word: str, random: AttackRandom) -> tuple[str, ...]:
        """Returns the replacements of all swaps, each once."""
        return tuple(dict.fromkeys(found for swap in self.swaps for found in swap.replacements(word, random)))
