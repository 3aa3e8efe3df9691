"""No word is changed twice."""

from dataclasses import dataclass
from typing import final

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.text import WordText


@final
@dataclass(frozen=True)
class RepeatModification(Constraint):
    """Keeps words that have been replaced; a finished text shows it by having as many words as the original."""

    def modifiable(self, text: WordText) -> set[int]:
        """Returns the words not yet replaced."""
        return set(range(len(text.words))) - set(text.modified)

    def allows(self, original: WordText, current: WordText, index: int, word: str) -> bool:  # noqa: ARG002
        """Says whether the word is the original one still."""
        return index not in current.modified

    def holds(self, original: WordText, perturbed: WordText) -> bool:
        """Says whether the texts have equally many words."""
        return len(original.words) == len(perturbed.words)
