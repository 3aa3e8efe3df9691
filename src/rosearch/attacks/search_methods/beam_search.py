"""Beam search over texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal, final

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.dialogue import Ask, Search, Start, choice
from rosearch.attacks.search_methods.attempt import Attempt
from rosearch.attacks.search_methods.search_method import SearchMethod
from rosearch.attacks.text import WordText
from rosearch.attacks.transformations.transformation import Transformation


@final
@dataclass(frozen=True, kw_only=True)
class BeamSearch(SearchMethod):
    """Keeps the best few texts; each round asks about every way to change one more word of any of them.

    Args:
        width: Texts kept.

    Raises:
        ValueError: If ``width`` is below 1.

    References:
        Yoo et al. (2020). Searching for a Search Method: Benchmarking Search Algorithms for Generating NLP Adversarial
        Examples. arXiv:2009.06368. Follows TextAttack 0.3.11's BeamSearch; of equal scores the first text is kept,
        in the alphabet within a beam's text.
    """

    width: int = 8
    kind: Literal["beam_search"] = "beam_search"

    def __post_init__(self) -> None:
        if self.width < 1:
            raise ValueError(f"width must be at least 1, got {self.width}.")

    def search(self, start: Start, transformation: Transformation, constraints: Sequence[Constraint]) -> Search:
        """Searches until a text has another prediction or no word is left to change; see ``SearchMethod``."""
        attempt = Attempt(start, transformation, tuple(constraints))
        beam, best_text = [start.text], start.text
        while True:
            grown: list[WordText] = []
            for text in beam:
                changes: list[tuple[str, int, str]] = []
                for index in attempt.indices(text):
                    found = yield from attempt.candidates(text, index)
                    changes += [(candidate.text, index, candidate.word) for candidate in found]
                grown += [text.replaced(index, word) for _, index, word in sorted(changes)]
            if not grown:
                return best_text
            ask = Ask([text.text for text in grown], incumbent=-inf)
            answers = yield ask
            best = choice(ask, answers.scores, answers.flipped)
            if best is None:
                return best_text
            best_text = grown[best]
            if answers.over or answers.flipped[best]:
                return best_text
            ranked = sorted(range(len(grown)), key=lambda at: -answers.scores[at])
            beam = [grown[at] for at in ranked[: self.width]]
