"""The family of part-of-speech taggers."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from rosearch.lexicons.resource import Resource


class Tagger(Resource, ABC):
    """Gives each word of a sentence its part of speech."""

    family: ClassVar[str] = "tagger"
    members: ClassVar[tuple[str, ...]] = ("rosearch.lexicons.perceptron_tagger",)

    @abstractmethod
    def tags(self, words: Sequence[str]) -> tuple[str, ...]:
        """Returns a universal tag for each word, such as NOUN, VERB, ADJ.

        Args:
            words: Of a sentence or a part of one, in order.

        Raises:
            AssetError: If the tagger can neither be found nor fetched.
        """
