"""The family of lexicons: where an attack gets the words that may stand for another."""

from abc import ABC, abstractmethod
from typing import ClassVar

from rosearch.core.component import Component
from rosearch.core.fingerprint import fingerprint


class Lexicon(Component, ABC):
    """Gives the synonyms of a word. Equal lexicons give equal answers, in equal order."""

    family: ClassVar[str] = "lexicon"
    members: ClassVar[tuple[str, ...]] = ("rosearch.lexicons.wordnet", "rosearch.lexicons.table")

    @abstractmethod
    def synonyms(self, word: str) -> tuple[str, ...]:
        """Returns what may stand for ``word``, sorted, without ``word`` itself.

        Args:
            word: As written in the text, in its case.
        """

    def fingerprint(self) -> str:
        """Returns a name of the synonyms themselves: equal names, equal answers, wherever the files lie."""
        return fingerprint(self.to_config())
