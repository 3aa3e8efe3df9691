"""No word is changed twice."""

from dataclasses import dataclass
from typing import final

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.text import WordText


@final
@dataclass(frozen=True)
class RepeatModification(Constraint):
    """Keeps words that have been replaced; a finished text shows it by having as many words as the original.

    Args:
        may_split: Whether a replacement may hold a space, so that a finished text may have more words.
    """

    may_split: bool = False

    def modifiable(self, text: WordText) -> set[int]:
        """Returns the words not yet replaced."""
        return set(range(len(text.words))) - set(text.modified)

    def may_change(self, text: WordText, index: int) -> bool:
        """Says whether there is such a word, and it is the original one still."""
        return index < len(text.words) and index not in text.modified

    def allows(self, original: WordText, current: WordText, index: int, word: str) -> bool:  # noqa: ARG002
        """Says whether the word is the original one still."""
        return index not in current.modified

    def holds(self, original: WordText, perturbed: WordText) -> bool:
        """Says whether the texts have equally many words, or the perturbed one more where words may be split."""
        more = len(perturbed.words) - len(original.words)
        return more == 0 or (self.may_split and more > 0)
