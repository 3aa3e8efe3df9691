"""One character of a word is swapped, substituted, deleted or inserted, at a random place.

Each draws from the generators in TextAttack's order, so that with equal seeds the edits are equal. A word that has no
place for an edit has no replacement, and nothing is drawn for it.
"""

import string
from abc import abstractmethod
from dataclasses import dataclass
from typing import final

from rosearch.attacks.randomness import AttackRandom
from rosearch.attacks.transformations.transformation import WordSwap


@dataclass(frozen=True)
class CharacterEdit(WordSwap):
    """Edits a word of two or more characters at one place.

    Args:
        keep_ends: Whether the first and the last character stay.
    """

    keep_ends: bool = False

    def replacements(self, word: str, random: AttackRandom) -> tuple[str, ...]:
        """Returns the edited word, or nothing where the word is too short or the edit gives the same word."""
        places = self.places(len(word))
        if len(word) < 2 or not places:
            return ()
        edited = self.edit(word, int(random.numpy.randint(places.start, places.stop)), random)
        return () if edited == word else (edited,)

    def places(self, length: int) -> range:
        """Returns where a word of so many characters may be edited."""
        return range(1, length - 1) if self.keep_ends else range(length)

    @abstractmethod
    def edit(self, word: str, at: int, random: AttackRandom) -> str:
        """Returns ``word`` with one edit at ``at``."""


@final
@dataclass(frozen=True)
class NeighbourSwap(CharacterEdit):
    """Two neighbouring characters change places."""

    def places(self, length: int) -> range:
        """Returns the places of the first of the two."""
        return range(1, length - 2) if self.keep_ends else range(length - 1)

    def edit(self, word: str, at: int, random: AttackRandom) -> str:  # noqa: ARG002
        """Swaps one pair."""
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


@final
@dataclass(frozen=True)
class Substitution(CharacterEdit):
    """A letter stands in another's place."""

    def edit(self, word: str, at: int, random: AttackRandom) -> str:
        """Substitutes one character."""
        return word[:at] + random.python.choice(string.ascii_letters) + word[at + 1 :]


@final
@dataclass(frozen=True)
class Deletion(CharacterEdit):
    """A character is missing."""

    def edit(self, word: str, at: int, random: AttackRandom) -> str:  # noqa: ARG002
        """Deletes one character."""
        return word[:at] + word[at + 1 :]


@final
@dataclass(frozen=True)
class Insertion(CharacterEdit):
    """A letter too many, never at the end."""

    def edit(self, word: str, at: int, random: AttackRandom) -> str:
        """Inserts one letter before the place."""
        return word[:at] + random.python.choice(string.ascii_letters) + word[at:]


@final
@dataclass(frozen=True)
class SpaceInsertion(CharacterEdit):
    """A space makes two words of one.

    Args:
        keep_ends: Whether the first and the last character stay beside their neighbours.
    """

    keep_ends: bool = True

    def edit(self, word: str, at: int, random: AttackRandom) -> str:  # noqa: ARG002
        """Inserts a space before the place."""
        return f"{word[:at]} {word[at:]}"


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
