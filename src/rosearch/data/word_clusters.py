"""Words that are read as one word: a text is rewritten before it is tokenised."""

import re
from collections.abc import Iterator, Mapping
from typing import final

from rosearch.core.protocols import Text

# A word, with what hyphens and apostrophes join; its parts are tried where the whole is in no cluster.
_WORD = re.compile(r"\w+(?:['-]\w+)*")
_PART = re.compile(r"\w+")


@final
class WordClusters:
    """For each word of a cluster the one word that all of them are read as.

    Words are looked up in lower case; whoever is in no cluster stays as written, letter by letter, and so do spaces and
    punctuation.

    Args:
        representatives: By word in lower case; a representative stands for itself.

    References:
        Wang, Jin, Yang, He (2019). Natural Language Adversarial Defense through Synonym Encoding. arXiv:1909.06723
        Jones, Jia, Raghunathan, Liang (2020). Robust Encodings: A Framework for Combating Adversarial Typos.
        arXiv:2005.01229
    """

    def __init__(self, representatives: Mapping[str, str]) -> None:
        self.representatives = {word: chosen for word, chosen in representatives.items() if word != chosen}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WordClusters) and self.representatives == other.representatives

    def __hash__(self) -> int:
        return hash(frozenset(self.representatives.items()))

    def read(self, text: Text) -> Text:
        """Returns a text, of one field or two, as it is read."""
        return self.rewrite(text) if isinstance(text, str) else (self.rewrite(text[0]), self.rewrite(text[1]))

    def rewrite(self, text: str) -> str:
        """Returns one text field with every word of a cluster replaced."""
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
        for found in _WORD.finditer(text):
            if chosen := self.representatives.get(found.group().lower()):
                yield found.start(), found.end(), _in_case_of(found.group(), chosen)
            else:
                for part in _PART.finditer(text, *found.span()):
                    if chosen := self.representatives.get(part.group().lower()):
                        yield part.start(), part.end(), _in_case_of(part.group(), chosen)


def _in_case_of(written: str, word: str) -> str:
    """Returns ``word`` with a capital, or in capitals, where ``written`` has them: a cased student looks at that."""
    if not written[0].isupper():
        return word
    return word.upper() if len(written) > 1 and written.isupper() else word[0].upper() + word[1:]
