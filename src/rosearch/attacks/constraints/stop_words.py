"""Stop words stay."""

from dataclasses import dataclass
from typing import final

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.text import WordText
from rosearch.lexicons.stop_words import STOP_WORDS


@final
@dataclass(frozen=True)
class StopWordModification(Constraint):
    """Keeps stop words as they are.

    Args:
        stop_words: In lower case.
        any_case: Whether "The" is a stop word too; TextAttack lets it change at the beginning of a sentence.
    """

    stop_words: frozenset[str] = STOP_WORDS
    any_case: bool = False

    def modifiable(self, text: WordText) -> set[int]:
        """Returns the words that are no stop words."""
        return {index for index, word in enumerate(text.words) if not self._stays(word)}

    def may_change(self, text: WordText, index: int) -> bool:
        """Says whether the word is no stop word."""
        return not self._stays(text.words[index])

    def allows(self, original: WordText, current: WordText, index: int, word: str) -> bool:  # noqa: ARG002
        """Says whether the word to be replaced is no stop word."""
        return not self._stays(current.words[index])

    def holds(self, original: WordText, perturbed: WordText) -> bool:
        """Says whether every stop word of the original stands where it stood."""
        return not any(self._stays(original.words[index]) for index in perturbed.changed_from(original))

    def _stays(self, word: str) -> bool:
        return (word.lower() if self.any_case else word) in self.stop_words
