"""Words that are read as other words: a text is rewritten before it is tokenised."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Self, final

from rosearch.core.protocols import Text
from rosearch.data.spelling import SpellingCorrector

# A word, with what hyphens and apostrophes join; its parts are tried where the whole is read as it is written.
_WORD = re.compile(r"\w+(?:['-]\w+)*")
_PART = re.compile(r"\w+")
# Where spelling is corrected, signs that stand for letters and signs that nobody sees belong to the word.
_SPELT = r"[\w@$\u00ad\u200b-\u200d\u2060\ufeff]+"
_SPELT_WORD = re.compile(f"{_SPELT}(?:['-]{_SPELT})*")
_SPELT_PART = re.compile(_SPELT)


@final
class WordReading:
    """For each word the word that it is read as: corrected where it is unknown, then that of its cluster.

    A word that is known and in no cluster stays as written, letter by letter, and so do spaces and punctuation.

    Args:
        representatives: By word of a cluster, in lower case, the one that all of its words are read as; a
            representative stands for itself.
        spelling: Corrects words; None corrects none.

    References:
        Wang, Jin, Yang, He (2019). Natural Language Adversarial Defense through Synonym Encoding. arXiv:1909.06723
        Jones, Jia, Raghunathan, Liang (2020). Robust Encodings: A Framework for Combating Adversarial Typos.
        arXiv:2005.01229
    """

    def __init__(self, representatives: Mapping[str, str], *, spelling: SpellingCorrector | None = None) -> None:
        self.representatives = {word: chosen for word, chosen in representatives.items() if word != chosen}
        self.spelling = spelling
        self._word, self._part = (_WORD, _PART) if spelling is None else (_SPELT_WORD, _SPELT_PART)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self | None:
        """Returns what `to_record` made plain data of; None where it says nothing of words.

        Args:
            record: May hold more.
        """
        clusters, known = record.get("clusters"), record.get("known_words")
        if not clusters and not known:
            return None
        return cls(clusters or {}, spelling=SpellingCorrector(known) if known else None)

    def to_record(self) -> dict[str, Any]:
        """Returns plain data for JSON."""
        clusters = {"clusters": dict(self.representatives)} if self.representatives else {}
        return clusters | ({"known_words": dict(self.spelling.counts)} if self.spelling else {})

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, WordReading)
            and self.representatives == other.representatives
            and self.spelling == other.spelling
        )

    def __hash__(self) -> int:
        return hash((frozenset(self.representatives.items()), self.spelling))

    def read(self, text: Text) -> Text:
        """Returns a text, of one field or two, as it is read."""
        return self.rewrite(text) if isinstance(text, str) else (self.rewrite(text[0]), self.rewrite(text[1]))

    def rewrite(self, text: str) -> str:
        """Returns one text field with every word as it is read."""
        end, pieces = 0, []
        for start, stop, word in self.replacements(text):
            pieces += [text[end:start], word]
            end = stop
        return "".join([*pieces, text[end:]])

    def origins(self, text: str) -> list[tuple[int, int]]:
        """Returns for each character of a text as read where it comes from: first character and end as written.

        Args:
            text: One text field, as written; each letter of a replaced word comes from the whole word.
        """
        origins: list[tuple[int, int]] = []
        end = 0
        for start, stop, word in self.replacements(text):
            origins += [(at, at + 1) for at in range(end, start)]
            origins += [(start, stop)] * len(word)
            end = stop
        return origins + [(at, at + 1) for at in range(end, len(text))]

    def replacements(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Yields what `rewrite` replaces, in order: first character, end, and the word in its place.

        Args:
            text: One text field.
        """
        for found in self._word.finditer(text):
            if read := self._read_as(found.group()):
                yield *found.span(), read
            else:
                for part in self._part.finditer(text, *found.span()):
                    if read := self._read_as(part.group()):
                        yield *part.span(), read

    def _read_as(self, word: str) -> str | None:
        """Returns what is read in a word's place; None where that is the word."""
        if chosen := self.representatives.get(word.lower()):
            return _in_case_of(word, chosen)
        if self.spelling is None or (corrected := self.spelling.correct(word)) == word:
            return None
        chosen = self.representatives.get(corrected.lower())
        return _in_case_of(corrected, chosen) if chosen else corrected


def words_in(text: str) -> list[str]:
    """Returns the words of a text field that `WordReading` corrects, in lower case."""
    return _SPELT_PART.findall(text.lower())


def _in_case_of(written: str, word: str) -> str:
    """Returns ``word`` with a capital, or in capitals, where ``written`` has them: a cased student looks at that."""
    if not written[0].isupper():
        return word
    return word.upper() if len(written) > 1 and written.isupper() else word[0].upper() + word[1:]
