"""Perturbed texts of one epoch, drawn afresh. No torch."""

from collections.abc import Sequence
from typing import final

import numpy as np
from numpy.random import Generator

from rosearch.core.protocols import FloatArray, IntArray, Text
from rosearch.distillation.perturbations.perturbation import Perturbation
from rosearch.distillation.worded_texts import WordedTexts


@final
class PerturbationChoice:
    """Draws for texts what is done to them, and to which share of their words.

    Args:
        perturbations: Of which each text draws one.
    """

    def __init__(self, perturbations: Sequence[Perturbation]) -> None:
        weights = np.array([perturbation.weight for perturbation in perturbations])
        self._odds = weights / weights.sum()
        self._shares = np.array([perturbation.share for perturbation in perturbations])

    def draw(self, count: int, *, strength: float, rng: Generator) -> tuple[IntArray, FloatArray]:
        """Returns for each text the number of its perturbation and the share of its words, shapes ``(count,)``.

        Args:
            count: Texts.
            strength: Multiplies the largest share of words that a perturbation rewrites, in [0, 1].
            rng: Draws both.
        """
        kinds = rng.choice(len(self._odds), size=count, p=self._odds)
        return kinds, rng.random(count) * strength * self._shares[kinds]


@final
class PerturbedTexts:
    """Draws perturbed versions of texts.

    Args:
        texts: The texts.
        perturbations: Of which each text draws one.
    """

    def __init__(self, texts: WordedTexts, perturbations: Sequence[Perturbation]) -> None:
        self._texts = texts
        self._perturbations = tuple(perturbations)
        self._choice = PerturbationChoice(perturbations)

    def draw(self, rows: IntArray, *, strength: float, rng: Generator) -> list[Text]:
        """Returns texts, each perturbed in its own way and to its own degree.

        Args:
            rows: Which texts, each once.
            strength: Multiplies the largest share of words that a perturbation rewrites, in [0, 1].
            rng: Draws everything.
        """
        kinds = np.zeros(len(self._texts), dtype=np.int64)
        shares = np.zeros(len(self._texts))
        kinds[rows], shares[rows] = self._choice.draw(len(rows), strength=strength, rng=rng)
        there = self._texts.numbers(rows)
        drawn = rng.random(len(there)) < shares[self._texts.owners[there]]
        chosen = there[drawn & self._texts.modifiable[there]]
        numbers: list[IntArray] = []
        words: list[str] = []
        for kind, perturbation in enumerate(self._perturbations):
            mine = chosen[kinds[self._texts.owners[chosen]] == kind]
            numbers.append(mine)
            words += perturbation.rewrite([self._texts.words[number] for number in mine.tolist()], rng=rng)
        return self._texts.rewritten(rows, np.concatenate(numbers), words)
