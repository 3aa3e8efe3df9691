"""A word's replacements."""

from abc import ABC, abstractmethod

from rosearch.attacks.randomness import AttackRandom


class WordSwap(ABC):
    """Replaces one word by one word."""

    @abstractmethod
    def replacements(self, word: str, random: AttackRandom) -> tuple[str, ...]:
        """Returns what may stand for ``word``: each holds exactly one word, none is ``word``, none comes twice.

        Args:
            word: As the text has it.
            random: The text's random numbers, for swaps that draw.
        """
