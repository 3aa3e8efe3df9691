"""The family of lexicons: where an attack gets the words that may stand for another."""

from abc import ABC, abstractmethod
from typing import ClassVar

from rosearch.lexicons.resource import Resource


class Lexicon(Resource, ABC):
    """Gives the synonyms of a word. Equal lexicons give equal answers, in equal order."""

    family: ClassVar[str] = "lexicon"
    members: ClassVar[tuple[str, ...]] = (
        "rosearch.lexicons.wordnet",
        "rosearch.lexicons.table",
        "rosearch.lexicons.glove_wordnet",
        "rosearch.lexicons.vectors_file",
    )

    kind: str

    @abstractmethod
    def synonyms(self, word: str) -> tuple[str, ...]:
        """Returns what may stand for ``word``, sorted, without ``word`` itself.

        Args:
            word: As written in the text, in its case.
        """

    def synonyms_of(self, word: str, part: str) -> tuple[str, ...]:  # noqa: ARG002
        """Returns the synonyms of ``word`` as one part of speech; all of them where the lexicon knows no parts.

        Args:
            word: As written in the text.
            part: A universal tag, such as NOUN.
        """
        return self.synonyms(word)
