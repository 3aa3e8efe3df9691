"""Texts taken apart into words, so that some can be exchanged while the rest stays byte for byte. No torch."""

from collections.abc import Sequence
from typing import final

import numpy as np

from rosearch.attacks.text import WordText
from rosearch.core.protocols import BoolArray, IntArray, Text
from rosearch.core.text import fields_of
from rosearch.lexicons.stop_words import STOP_WORDS


@final
class WordedTexts:
    """The words of many texts, numbered through, as attacks see them (``attacks.text``).

    Args:
        texts: All with one text field, or all with two.
    """

    def __init__(self, texts: Sequence[Text]) -> None:
        self._texts = tuple(texts)
        self._parts: list[list[str]] = []
        self._fields: list[int] = []
        places: list[int] = []
        counts: list[int] = []
        spans: list[tuple[int, int, int]] = []
        self.words: list[str] = []
        for text in texts:
            parts, fields = _taken_apart(text)
            self._parts.append(parts)
            self._fields.append(fields)
            mine = [place for place in range(1, len(parts), 2) if place != fields]
            places.extend(mine)
            self.words.extend(parts[place] for place in mine)
            counts.append(len(mine))
            for field, part in enumerate(fields_of(text)):
                spans.extend((field, *span) for span in WordText(part).spans)
        self._places = places
        self.owners: IntArray = np.repeat(np.arange(len(texts)), counts)
        """Row of the text that each word belongs to, shape ``(words,)``."""
        self.offsets: IntArray = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        """Where the words of each text begin, and the end, shape ``(n + 1,)``."""
        self.modifiable: BoolArray = np.array([word not in STOP_WORDS for word in self.words], dtype=np.bool_)
        """Whether a word may change: all but stop words."""

        self.spans: IntArray = np.array(spans, dtype=np.int64).reshape(-1, 3)
        """Text field, first character and end of each word, shape ``(words, 3)``."""

    @property
    def free_words(self) -> list[str]:
        """The words that may change, in order."""
        return [word for word, free in zip(self.words, self.modifiable.tolist(), strict=True) if free]

    def __len__(self) -> int:
        return len(self._texts)

    def numbers(self, rows: IntArray) -> IntArray:
        """Returns the numbers of the words of some texts, text by text.

        Args:
            rows: Which texts.
        """
        parts = (np.arange(self.offsets[row], self.offsets[row + 1]) for row in rows.tolist())
        return np.concatenate([np.empty(0, dtype=np.int64), *parts])

    def rewritten(self, rows: IntArray, numbers: IntArray, words: Sequence[str]) -> list[Text]:
        """Returns texts with some words exchanged.

        Args:
            rows: Which texts, each once.
            numbers: Of the words that are exchanged, all of texts in ``rows``.
            words: What each of these becomes.
        """
        changed: dict[int, list[str]] = {}
        for number, owner, word in zip(numbers.tolist(), self.owners[numbers].tolist(), words, strict=True):
            parts = changed.get(owner)
            if parts is None:
                parts = changed[owner] = list(self._parts[owner])
            parts[self._places[number]] = word
        return [self._joined(row, changed[row]) if row in changed else self._texts[row] for row in rows.tolist()]

    def words_of_tokens(self, spans: IntArray, lengths: IntArray) -> IntArray:
        """Returns the word that each token of the texts belongs to, -1 for none, shape ``(tokens,)``.

        Args:
            spans: Text field, first character and end of each token, shape ``(tokens, 3)``.
            lengths: Tokens of each text, shape ``(n,)``.
        """
        if not len(self.words):
            return np.full(len(spans), -1, dtype=np.int64)
        owners = np.repeat(np.arange(len(self)), lengths)
        longest = 1 + max(int(spans[:, 2].max(initial=0)), int(self.spans[:, 2].max()))
        starts = (2 * self.owners + self.spans[:, 0]) * longest + self.spans[:, 1]
        tokens = (2 * owners + spans[:, 0]) * longest + spans[:, 1]
        before = np.maximum(np.searchsorted(starts, tokens, side="right") - 1, 0)
        ends = starts[before] + self.spans[before, 2] - self.spans[before, 1]
        inside = (tokens >= starts[before]) & (tokens < ends) & (spans[:, 0] >= 0)
        return np.where(inside, before, -1)

    def _joined(self, row: int, parts: list[str]) -> Text:
        fields = self._fields[row]
        return "".join(parts) if fields < 0 else ("".join(parts[:fields]), "".join(parts[fields + 1 :]))


def _taken_apart(text: Text) -> tuple[list[str], int]:
    """Returns gaps and words in turn, words at odd places, and the odd place between two fields, -1 for one field."""
    if isinstance(text, str):
        return _parts(text), -1
    first = _parts(text[0])
    return [*first, "", *_parts(text[1])], len(first)


def _parts(text: str) -> list[str]:
    parts, end = [], 0
    for start, stop in WordText(text).spans:
        parts += [text[end:start], text[start:stop]]
        end = stop
    return [*parts, text[end:]]
