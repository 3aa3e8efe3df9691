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
        stop_words: Compared with their case, as TextAttack does: the "The" that begins a sentence may change.
    """

    stop_words: frozenset[str] = STOP_WORDS

    def modifiable(self, text: WordText) -> set[int]:
        """Returns the words that are no stop words."""
        return {index for index, word in enumerate(text.words) if word not in self.stop_words}

    def allows(self, original: WordText, current: WordText, index: int, word: str) -> bool:  # noqa: ARG002
        """Says whether the word to be replaced is no stop word."""
        return original.words[index] not in self.stop_words

    def holds(self, original: WordText, perturbed: WordText) -> bool:
        """Says whether every stop word of the original stands where it stood."""
        pairs = zip(original.words, perturbed.words, strict=False)
        return all(before == after for before, after in pairs if before in self.stop_words)
