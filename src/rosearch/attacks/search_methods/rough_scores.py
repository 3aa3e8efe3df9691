"""Scores of which some are a stand-in's: a search decides by them where it can, and confirms the others."""

from collections.abc import Sequence
from typing import final

import numpy as np

from rosearch.attacks.dialogue import Ask, Confirm, Dialogue, choice
from rosearch.core.protocols import BoolArray, FloatArray, IntArray


@final
class RoughScores:
    """Texts with their scores, each known exactly or up to an error.

    Attributes:
        values: The scores, shape ``(n,)``.
        errors: How far each may be off; 0 where it is the victim's own; shape ``(n,)``.
        flipped: Whether the prediction is another than the gold label; where the error is not 0, a guess; shape
            ``(n,)``.
        over: Whether the query budget has ended; the texts beyond it have no score.
    """

    def __init__(self) -> None:
        self.values: FloatArray = np.empty(0)
        self.errors: FloatArray = np.empty(0)
        self.flipped: BoolArray = np.empty(0, dtype=np.bool_)
        self.over = False
        self._texts: list[str | None] = []

    def ask(self, ask: Ask) -> Dialogue[None]:
        """Asks further texts."""
        answers = yield ask
        count = len(answers.scores)
        self.values = np.append(self.values, answers.scores)
        self.errors = np.append(self.errors, np.full(count, answers.error))
        self.flipped = np.append(self.flipped, np.array(answers.flipped, dtype=np.bool_))
        self.over = answers.over
        # What is known exactly is not asked again, and very long texts are many megabytes.
        self._texts.extend(ask.texts[:count] if answers.error else [None] * count)

    def confirm(self, places: Sequence[int] | IntArray) -> Dialogue[None]:
        """Gets the victim's own answers to those texts of ``places`` that were answered roughly."""
        rough = [int(place) for place in places if self.errors[place]]
        if rough:
            texts = [text for place in rough if (text := self._texts[place]) is not None]
            answers = yield Confirm(texts)
            self.values[rough], self.errors[rough], self.flipped[rough] = answers.scores, 0.0, answers.flipped

    def choice(self, ask: Ask) -> Dialogue[int | None]:
        """Returns what ``dialogue.choice`` would among the victim's own answers, confirming as few as that takes.

        Args:
            ask: A greedy step, whose texts are all that was asked.
        """
        floor = -np.inf if ask.incumbent is None else ask.incumbent
        doubtful = self._at_least(floor)
        if len(doubtful):
            # The most promising one alone: once it is known, few others are left in doubt.
            yield from self.confirm([doubtful[self.values[doubtful].argmax()]])
        while len(doubtful := self._at_least(max(floor, self._best_own()))):
            yield from self.confirm(doubtful)
        if ask.similarities is not None:
            yield from self._confirm_flips(floor)
        own = np.where(self.errors == 0, self.values, -np.inf)
        return choice(ask, own.tolist(), self.flipped.tolist())

    def _confirm_flips(self, floor: float) -> Dialogue[None]:
        """Confirms all texts that flip and that only texts that flip too are better than, where the best flips."""
        best = int(np.where(self.errors == 0, self.values, -np.inf).argmax()) if len(self.values) else -1
        if best < 0 or self.errors[best] or not self.flipped[best] or self.values[best] <= floor:
            return
        while True:
            stays = self.values[(self.errors == 0) & ~self.flipped]
            doubtful = self._at_least(stays.max(initial=-np.inf))
            if not len(doubtful):
                return
            guessed = doubtful[self.flipped[doubtful]]
            yield from self.confirm(guessed if len(guessed) else [doubtful[self.values[doubtful].argmax()]])

    def _at_least(self, floor: float) -> IntArray:
        """Returns the texts answered roughly whose score may be ``floor`` or more."""
        return np.flatnonzero((self.errors > 0) & (self.values + self.errors >= floor))

    def _best_own(self) -> float:
        return float(self.values[self.errors == 0].max(initial=-np.inf))


def ask_roughly(ask: Ask) -> Dialogue[RoughScores]:
    """Asks texts; returns their scores."""
    scores = RoughScores()
    yield from scores.ask(ask)
    return scores
