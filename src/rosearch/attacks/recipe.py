"""What the recipes that ship have in common: they name what words may become and what must stay."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, final

from rosearch.attacks.attack import Attack, Compat
from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.constraints.protected import Protected
from rosearch.attacks.dialogue import Search, Start
from rosearch.attacks.search_methods.search_method import SearchMethod
from rosearch.attacks.transformations.transformation import Transformation


@dataclass(frozen=True, kw_only=True)
class Recipe(Attack, ABC):
    """An attack in two modes, with a search method that may be exchanged.

    Args:
        method: Another search method than the recipe's own.
        protected: Words that stay, in any case.
        protected_spans: Regular expressions; words in what they match in a text stay.
        compat: ``"textattack"`` follows TextAttack 0.3.11, ``"published"`` the publication and its authors' code.
    """

    own_method: ClassVar[SearchMethod]
    method: SearchMethod | None = None
    protected: tuple[str, ...] = ()
    protected_spans: tuple[str, ...] = ()
    compat: Compat = "textattack"

    def __post_init__(self) -> None:
        Protected(words=self.protected, spans=self.protected_spans)

    @final
    def search(self, start: Start) -> Search:
        """Attacks one text."""
        constraints = self.constraints()
        if self.compat == "published" and self.method is None:
            return self.published(start, constraints)
        return (self.method or self.own_method).search(start, self.transformation(), constraints)

    @final
    def constraints(self) -> tuple[Constraint, ...]:
        """Returns the recipe's rules, the protection of words last."""
        if self.protected or self.protected_spans:
            return (*self.rules(), Protected(words=self.protected, spans=self.protected_spans))
        return self.rules()

    @abstractmethod
    def transformation(self) -> Transformation:
        """Returns what words may become."""

    @abstractmethod
    def rules(self) -> tuple[Constraint, ...]:
        """Returns what every text that a search returns must keep."""

    @abstractmethod
    def published(self, start: Start, constraints: tuple[Constraint, ...]) -> Search:
        """Attacks one text as the publication says.

        Args:
            start: The text and its score.
            constraints: The rules, and the protection of words.
        """
