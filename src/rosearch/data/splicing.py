"""Texts that share most of their words, as tokens: each distinct word is tokenised once, texts are put together.

An attack asks for a text a hundred times with one word changed. A tokenizer that cuts at spaces first gives a text the
tokens of its words one after another, so that only words never met need a tokenizer at all.
"""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from rosearch.core.protocols import IntArray, Text

MOST_TOKENS = 4_000_000
"""Of remembered words; beyond that all are forgotten."""

# Words on which a tokenizer shows whether it looks beyond spaces.
_PROBE = (
    "The Café don't U.S.A. well-made $3.50! naïve, (re)think ... “quoted” x@y.com 电影 😀ok 'tis e\u0301 [UNK] <s> a_b "
    "supercalifragilistic Hello"
)
_SPACES = ("", " ", "a  b", " a", "b ", "a   b c ")

# Stand for special tokens in lists of words, which hold strings and, at the beginning of a field, tuples of one.
_BEFORE, _BETWEEN, _AFTER = range(3)

Word: TypeAlias = str | tuple[str] | int


class Tokens(NamedTuple):
    """Tokens of many texts, one text after another.

    Args:
        columns: What is told of each token, its id first, each of shape ``(total,)``.
        offsets: Where each text begins, and the end, int64, shape ``(n + 1,)``.
    """

    columns: tuple[NDArray[np.int32], ...]
    offsets: IntArray

    @property
    def lengths(self) -> IntArray:
        """Tokens of each text, shape ``(n,)``."""
        return np.diff(self.offsets)

    def equals(self, other: "Tokens") -> bool:
        """Says whether both hold the same texts."""
        columns = zip(self.columns, other.columns, strict=True)
        return np.array_equal(self.offsets, other.offsets) and all(np.array_equal(*pair) for pair in columns)

    def take(self, rows: IntArray) -> "Tokens":
        """Returns some texts, shape ``(n,)``; rows may repeat."""
        lengths = self.lengths[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        places = np.repeat(self.offsets[rows] - offsets[:-1], lengths) + np.arange(offsets[-1])
        return Tokens(tuple(column[places] for column in self.columns), offsets)

    def plus(self, other: "Tokens") -> "Tokens":
        """Returns the texts of both."""
        columns = zip(self.columns, other.columns, strict=True)
        offsets = np.concatenate([self.offsets, self.offsets[-1] + other.offsets[1:]])
        return Tokens(tuple(np.concatenate(pair) for pair in columns), offsets)

    def cut(self, max_length: int, *, last: int) -> "Tokens":
        """Returns texts of at most ``max_length`` tokens; what is beyond is left out before the ``last`` ones."""
        lengths = self.lengths
        if lengths.max(initial=0) <= max_length:
            return self
        place = np.arange(self.offsets[-1]) - np.repeat(self.offsets[:-1], lengths)
        kept = (place < max_length - last) | (place >= np.repeat(lengths, lengths) - last)
        offsets = np.concatenate([[0], np.cumsum(np.minimum(lengths, max_length))])
        return Tokens(tuple(column[kept] for column in self.columns), offsets)


Tokenise: TypeAlias = Callable[[Sequence[Text], bool], Tokens]
"""Gives the tokens of texts, with special ones where the flag says so, uncut."""


@final
class Splicer:
    """Puts the tokens of texts together from those of their words.

    Args:
        tokenise: The tokenizer.
        spaced: Whether a word is tokenised together with the space before it.
        any_space: Whether spaces may stand at an end, or several in a row; texts where they do stay whole otherwise.
    """

    def __init__(self, tokenise: Tokenise, *, spaced: bool, any_space: bool) -> None:
        self._tokenise = tokenise
        self._frame = _frame(tokenise)
        self._spaced = spaced
        self._any_space = any_space
        self.forget()

    def forget(self) -> None:
        """Forgets all words."""
        self._rows: dict[Word, int] = {_BEFORE: 0, _BETWEEN: 1, _AFTER: 2}
        self._known = self._frame

    def splice(self, texts: Sequence[Text], *, max_length: int) -> tuple[Tokens, int] | None:
        """Puts texts together, special tokens included.

        Args:
            texts: All with one text field, or all with two.
            max_length: Longest result in tokens; what is beyond is cut off.

        Returns:
            The tokens, and how many texts were cut; None where a pair would have to be cut.
        """
        if self._known.offsets[-1] > MOST_TOKENS:
            self.forget()
        words: list[Word] = []
        ends = np.empty(len(texts), dtype=np.int64)
        for at, text in enumerate(texts):
            words.append(_BEFORE)
            if isinstance(text, str):
                words.extend(self._words(text))
            else:
                words.extend(chain(self._words(text[0]), (_BETWEEN,), self._words(text[1])))
            words.append(_AFTER)
            ends[at] = len(words)
        self._learn(words)
        found = self._known.take(np.fromiter(map(self._rows.__getitem__, words), np.int64, len(words)))
        whole = Tokens(found.columns, np.concatenate([[0], found.offsets[ends]]))
        truncated = int((whole.lengths > max_length).sum())
        if truncated and not isinstance(texts[0], str):
            return None
        return whole.cut(max_length, last=int(self._frame.lengths[_AFTER])), truncated

    def _words(self, text: str) -> list[Word]:
        if not self._any_space and ("  " in text or text[:1] == " " or text[-1:] == " "):
            return [(text,)]
        words: list[Word] = []
        words.extend(text.split(" "))
        if self._spaced:
            words[0] = (str(words[0]),)
        return words

    def _learn(self, words: Sequence[Word]) -> None:
        new = [word for word in dict.fromkeys(words) if word not in self._rows]
        if not new:
            return
        space = " " if self._spaced else ""
        tokens = self._tokenise([word[0] if isinstance(word, tuple) else f"{space}{word}" for word in new], False)
        self._rows.update(zip(new, range(len(self._known.lengths), len(self._known.lengths) + len(new)), strict=True))
        self._known = self._known.plus(tokens)


def find_splicer(tokenise: Tokenise) -> Splicer | None:
    """Returns the way in which a tokenizer's texts can be put together; None where it looks beyond words.

    Args:
        tokenise: The tokenizer.
    """
    words = _PROBE.split(" ")
    texts = (_PROBE, " ".join(reversed(words)), *words)
    probes: tuple[list[Text], ...] = ([*texts, *_SPACES], [(text, _PROBE) for text in texts])
    for spaced, any_space in ((False, True), (False, False), (True, False)):
        splicer = Splicer(tokenise, spaced=spaced, any_space=any_space)
        if all(_holds(splicer, tokenise, probe) for probe in probes):
            return splicer
    return None


def _holds(splicer: Splicer, tokenise: Tokenise, texts: Sequence[Text]) -> bool:
    spliced = splicer.splice(texts, max_length=1 << 30)
    return spliced is not None and spliced[0].equals(tokenise(texts, True))


def _frame(tokenise: Tokenise) -> Tokens:
    """Returns the special tokens before a text, between two fields and after all: what is left without the texts."""
    alone = tokenise(["a"], False)
    pair = tokenise([("a", "a")], True)
    size = int(alone.lengths[0])
    ids, word = pair.columns[0].tolist(), alone.columns[0].tolist()
    places = [at for at in range(len(ids) - size + 1) if ids[at : at + size] == word and size]
    first, second = (places[0], places[-1]) if places else (0, 0)
    bounds = [(0, first), (first + size, second), (second + size, len(ids))]
    rows = [np.arange(start, max(start, stop)) for start, stop in bounds]
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    return Tokens(tuple(column[np.concatenate(rows)] for column in pair.columns), offsets)
