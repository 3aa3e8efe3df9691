"""A rule that adversarial texts keep."""

from abc import ABC, abstractmethod

from rosearch.attacks.text import WordText


class Constraint(ABC):
    """Restricts which words may change, what they may become, or how far the text may go."""

    def modifiable(self, text: WordText) -> set[int] | None:  # noqa: ARG002
        """Returns the indices of words that may change in ``text``; None where any may."""
        return None

    def allows(self, original: WordText, current: WordText, index: int, word: str) -> bool:
        """Says whether a search may replace one more word; the cheap form of ``holds``, with the same answer.

        Args:
            original: The text before the attack.
            current: The text now; its words at ``modifiable`` indices may be replaced.
            index: Which word.
            word: Its replacement.
        """
        return self.holds(original, current.replaced(index, word))

    @abstractmethod
    def holds(self, original: WordText, perturbed: WordText) -> bool:
        """Says whether ``perturbed`` is an allowed rewriting of ``original``, from the two texts alone."""
