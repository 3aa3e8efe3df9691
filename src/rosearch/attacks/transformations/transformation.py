"""What may stand in the place of a word."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from rosearch.attacks.dialogue import Dialogue
from rosearch.attacks.randomness import AttackRandom
from rosearch.attacks.text import WordText


class Transformation(ABC):
    """Says what may stand in the place of a word of a text."""

    @abstractmethod
    def proposals(self, text: WordText, index: int, random: AttackRandom) -> Dialogue[Sequence[str]]:
        """Returns the replacements of one word: none is the word itself.

        Args:
            text: As it is now.
            index: Of the word.
            random: The text's random numbers, for those that draw.
        """


class WordSwap(Transformation, ABC):
    """Replaces one word by one word, whatever stands around it."""

    def proposals(self, text: WordText, index: int, random: AttackRandom) -> Dialogue[Sequence[str]]:
        """Returns the replacements of the word at ``index``; see ``Transformation``."""
        yield from ()
        return self.replacements(text.words[index], random)

    @abstractmethod
    def replacements(self, word: str, random: AttackRandom) -> tuple[str, ...]:
        """Returns what may stand for ``word``: each holds exactly one word, none is ``word``, none comes twice.

        Args:
            word: As the text has it.
            random: The text's random numbers, for swaps that draw.
        """
