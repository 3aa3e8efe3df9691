"""A rule that adversarial texts keep."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import final

from rosearch.attacks.dialogue import Dialogue
from rosearch.attacks.text import WordText
from rosearch.lexicons.sentence_encoder import SentenceEncoder


@final
@dataclass(frozen=True, slots=True)
class Step:
    """A word that a search is about to replace.

    Args:
        original: The text before the attack.
        current: The text now.
        index: Of the word, in ``current``.
    """

    original: WordText
    current: WordText
    index: int


@final
@dataclass(slots=True)
class Candidate:
    """A text that a search may go on with.

    Args:
        text: It.
        word: What stands at the step's index.
        similarity: How like it is to the text that a constraint compares it with; None where none does.
    """

    text: str
    word: str
    similarity: float | None = None


class Constraint(ABC):
    """Restricts which words may change, what they may become, or how far the text may go."""

    def judge_of_meaning(self) -> SentenceEncoder | None:
        """Returns what tells how like two texts are, where the constraint asks such a one."""
        return None

    def modifiable(self, text: WordText) -> set[int] | None:  # noqa: ARG002
        """Returns the indices of words that may change in ``text``; None where any may."""
        return None

    def may_change(self, text: WordText, index: int) -> bool:
        """Says whether one word may change in ``text``, with the same answer as ``modifiable``."""
        modifiable = self.modifiable(text)
        return modifiable is None or index in modifiable

    def allows(self, original: WordText, current: WordText, index: int, word: str) -> bool:
        """Says whether a search may replace one more word; the cheap form of ``holds``, with the same answer.

        Args:
            original: The text before the attack.
            current: The text now; its words at ``modifiable`` indices may be replaced.
            index: Which word.
            word: Its replacement.
        """
        return self.holds(original, current.replaced(index, word))

    def allowed(self, step: Step, candidates: list[Candidate]) -> Dialogue[list[Candidate]]:
        """Returns the candidates that ``allows`` lets pass; where others must be consulted, it does so for all at once.

        Args:
            step: What is about to be replaced.
            candidates: What it may become, in order.
        """
        yield from ()
        return [
            candidate
            for candidate in candidates
            if self.allows(step.original, step.current, step.index, candidate.word)
        ]

    @abstractmethod
    def holds(self, original: WordText, perturbed: WordText) -> bool:
        """Says whether ``perturbed`` is an allowed rewriting of ``original``.

        Args:
            original: The text before the attack.
            perturbed: Another text; ``perturbed.modified`` tells the replacements in their order, where it is known.
        """
