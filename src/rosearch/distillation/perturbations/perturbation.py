"""The family of perturbations: a word becomes another word, drawn afresh each time. No torch."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from numpy.random import Generator

from rosearch.core.component import Component


class Perturbation(Component, ABC):
    """A way of rewriting words of training texts.

    Each text draws one perturbation, in proportion to ``weight``, and a strength between 0 and ``share``: the part of
    its words that are rewritten. Stop words stay, as attacks leave them alone too.
    """

    family: ClassVar[str] = "perturbation"
    members: ClassVar[tuple[str, ...]] = (
        "rosearch.distillation.perturbations.word_substitution",
        "rosearch.distillation.perturbations.character_edits",
        "rosearch.distillation.perturbations.masking",
    )

    weight: float
    share: float
    looked_at: int
    are_drawn: ClassVar[bool] = True
    """Whether the candidates of a word are drawn, and are others the next time."""

    def __post_init__(self) -> None:
        if self.weight <= 0:
            raise ValueError("weight must be positive; leave the perturbation out to switch it off")
        if not 0 < self.share <= 1:
            raise ValueError("share must be in (0, 1]")
        if self.looked_at < 1:
            raise ValueError("looked_at must be at least 1")

    @classmethod
    def one_or_more(cls, items: Iterable[Any]) -> tuple["Perturbation", ...]:
        """Returns the perturbations that an adversary's setting names.

        Args:
            items: Perturbations, or how a configuration writes them.

        Raises:
            ValueError: If there are none.
        """
        found = tuple(cls.from_config(item, where="perturbations") for item in items)
        if not found:
            raise ValueError("perturbations must name at least one")
        return found

    @abstractmethod
    def rewrite(self, words: Sequence[str], *, rng: Generator) -> list[str]:
        """Returns what becomes of each word; the word itself where nothing may stand for it.

        Args:
            words: As their texts have them.
            rng: Draws the choice.
        """

    def candidates(self, word: str, *, rng: Generator) -> tuple[str, ...]:
        """Returns some of what may become of a word, each once, without the word itself; adversaries choose from it.

        Args:
            word: As its text has it.
            rng: Draws them.
        """
        drawn = dict.fromkeys(self.rewrite([word] * self.looked_at, rng=rng))
        return tuple(candidate for candidate in drawn if candidate != word)
