"""Remembers a victim's answers, so that no text is asked twice."""

from collections.abc import Sequence
from typing import final

import numpy as np

from rosearch.core.errors import AttackError
from rosearch.core.protocols import FloatArray, Text, Victim
from rosearch.core.text import characters_in


@final
class QueryCache:
    """The logits of texts that one victim has answered; the oldest are forgotten when it is full.

    Share one between runs on the same victim: attacking with a second score then costs few new queries.

    Args:
        max_characters: How much text to remember, in characters; a character takes one to four bytes.
    """

    def __init__(self, *, max_characters: int = 50_000_000) -> None:
        self._limit = max_characters
        self._characters = 0
        self._victim: Victim | None = None
        self._slots: dict[Text, int] = {}
        self._free: list[int] = []
        self._rows = np.empty((0, 0))

    def __len__(self) -> int:
        return len(self._slots)

    def bind(self, victim: Victim) -> None:
        """Ties the cache to a victim.

        Args:
            victim: Whose answers are to be remembered.

        Raises:
            AttackError: If it holds the answers of another one.
        """
        if self._victim is not None and self._victim is not victim:
            raise AttackError("This query cache holds another victim's answers. Give each victim a cache of its own.")
        self._victim = victim

    def slots(self, texts: Sequence[Text]) -> list[int]:
        """Returns where the rows of ``texts`` stand, -1 for a text that is not known."""
        get = self._slots.get
        return [get(text, -1) for text in texts]

    def rows(self, slots: Sequence[int]) -> FloatArray:
        """Returns a copy of rows, shape ``(len(slots), classes)``."""
        return self._rows[list(slots)]

    def store(self, texts: Sequence[Text], rows: FloatArray) -> None:
        """Remembers new answers.

        Args:
            texts: Texts that are not known yet, each once.
            rows: Their logits, shape ``(len(texts), classes)``.
        """
        for text, row in zip(texts, rows, strict=True):
            slot = self._free.pop() if self._free else len(self._slots)
            if slot >= len(self._rows):
                self._grow(len(row))
            self._rows[slot] = row
            self._slots[text] = slot
            self._characters += characters_in(text)
        while self._characters > self._limit:
            self._forget_oldest()

    def _grow(self, classes: int) -> None:
        grown = np.empty((max(1024, 2 * len(self._rows)), classes))
        grown[: len(self._rows)] = self._rows.reshape(len(self._rows), classes)
        self._rows = grown

    def _forget_oldest(self) -> None:
        text = next(iter(self._slots))
        self._free.append(self._slots.pop(text))
        self._characters -= characters_in(text)
