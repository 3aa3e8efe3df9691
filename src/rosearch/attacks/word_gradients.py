"""How steeply a victim's loss changes with each word: for attacks that may look inside the model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, final, runtime_checkable

import numpy as np

from rosearch.attacks.text import WordText
from rosearch.core.protocols import FloatArray, IntArray, Text, Victim


@runtime_checkable
class WhiteBox(Protocol):
    """A victim that shows its gradients."""

    def token_gradients(self, texts: Sequence[Text], labels: Sequence[int]) -> list[tuple[IntArray, FloatArray]]:
        """Returns, for each text, where its tokens stand, and the gradient of the loss with respect to each.

        Args:
            texts: All with one text field, or all with two.
            labels: The classes whose cross-entropy is the loss.

        Returns:
            Text field, first character and end of each token, shape ``(L, 3)``, and gradients, shape ``(L, D)``.
        """
        ...


@final
@dataclass(frozen=True, eq=False)
class WordGradients:
    """Consulted by searches: the L1 norm of the mean gradient of each word's tokens, relative to the text's largest.

    Args:
        victim: Shows its gradients.
        field: Which field of a pair the searches rewrite.
    """

    victim: WhiteBox
    field: int

    def answer(self, questions: Sequence[tuple[Text, int]]) -> list[FloatArray]:
        """Returns a number for each word of each text, 0 for a word without a token.

        Args:
            questions: Whole texts with their gold labels.
        """
        found = self.victim.token_gradients([text for text, _ in questions], [label for _, label in questions])
        return [self._of_words(text, *tokens) for (text, _), tokens in zip(questions, found, strict=True)]

    def _of_words(self, whole: Text, places: IntArray, gradients: FloatArray) -> FloatArray:
        text = whole if isinstance(whole, str) else whole[self.field]
        own = places[:, 0] == self.field
        norms = []
        for begin, end in WordText(text).spans:
            inside = own & (places[:, 1] < end) & (places[:, 2] > begin)
            norms.append(float(np.abs(gradients[inside].mean(axis=0)).sum()) if inside.any() else 0.0)
        # Float noise between batches shall not order words that are equal to the model.
        return np.round(np.array(norms) / max([*norms, 1e-30]), 6)


def gradients_of(victim: Victim, field: int) -> WordGradients | None:
    """Returns whom to consult about a victim's gradients; None where it shows none."""
    return WordGradients(victim, field) if isinstance(victim, WhiteBox) else None
