"""The family of search methods: in which order an attack tries what it may do."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.dialogue import Search, Start
from rosearch.attacks.transformations.transformation import Transformation
from rosearch.core.component import Component


class SearchMethod(Component, ABC):
    """Looks for a text with another prediction, whatever words may become."""

    family: ClassVar[str] = "search method"
    members: ClassVar[tuple[str, ...]] = (
        "rosearch.attacks.search_methods.greedy_word_importance",
        "rosearch.attacks.search_methods.beam_search",
        "rosearch.attacks.search_methods.genetic_search",
    )

    @abstractmethod
    def search(self, start: Start, transformation: Transformation, constraints: Sequence[Constraint]) -> Search:
        """Searches for a text with another prediction.

        Args:
            start: The text and its score.
            transformation: What words may become.
            constraints: What the search may not do, in the order of asking.

        Returns:
            The text that the search ends with.
        """
