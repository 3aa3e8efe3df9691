"""Greedy replacement of words, the most important first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, final

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.dialogue import Ask, Dialogue, Search, Start
from rosearch.attacks.search_methods.attempt import Attempt, similarities
from rosearch.attacks.search_methods.ranking import BySaliency, ByScore, Ranking
from rosearch.attacks.search_methods.rough_scores import RoughScores, ask_roughly
from rosearch.attacks.search_methods.search_method import SearchMethod
from rosearch.attacks.text import WordText
from rosearch.attacks.transformations.transformation import Transformation
from rosearch.core.errors import AttackError

Importance: TypeAlias = Literal["unk", "delete", "weighted_saliency", "gradient", "random"]

_UNKNOWN = "[UNK]"
# One ask holds at most this many characters, so that the ranking of a very long text does not fill the memory.
_CHARACTERS_PER_ASK = 1 << 18


@final
@dataclass(frozen=True, kw_only=True)
class GreedyWordImportance(SearchMethod):
    """Ranks the words by importance, then replaces them in that order, each by what raises the score most.

    A replacement is kept only if the score rises; the search ends with the first text whose prediction changes.

    Args:
        importance: ``"unk"``: the score with the word replaced by "[UNK]"; ``"delete"``: with the word left out;
            ``"weighted_saliency"``: the softmax over words of the ``"unk"`` score, times the best score that
            replacing the word alone reaches; ``"gradient"``: no query, but a victim that
            shows its gradients: the L1 norm of the loss's mean gradient over the word's tokens; ``"random"``: no query,
            a shuffled order.

    References:
        Jin et al. (2020). Is BERT Really Robust? arXiv:1907.11932. Ren et al. (2019), see ``PWWS``.

    Follows TextAttack 0.3.11's GreedyWordSwapWIR. Words of equal importance keep the order in which TextAttack lists
    them, which is the iteration order of a set of their indices: ascending, except in sparse sets. TextAttack itself
    leaves such ties to an unstable sort. Candidates of equal score: the alphabetically first text.
    """

    importance: Importance = "unk"
    kind: Literal["greedy_word_importance"] = "greedy_word_importance"

    def search(self, start: Start, transformation: Transformation, constraints: Sequence[Constraint]) -> Search:
        """Searches for a text with another prediction.

        Args:
            start: The text and its score.
            transformation: What words may become.
            constraints: What the search may not do, in the order of asking.

        Returns:
            The last text that raised the score; the original where none did.
        """
        attempt = Attempt(start, transformation, tuple(constraints))
        ranking = yield from self._ranking(attempt)
        current, score = start.text, start.score
        while ranking is not None and (index := (yield from ranking.next())) is not None:
            candidates = yield from attempt.candidates(current, index)
            if not candidates:
                continue
            texts = [candidate.text for candidate in candidates]
            ask = Ask(texts, incumbent=score, similarities=similarities(candidates), rough=True)
            scores = yield from ask_roughly(ask)
            best = yield from scores.choice(ask)
            if best is not None:
                current, score = current.replaced(index, candidates[best].word), float(scores.values[best])
                if scores.flipped[best]:
                    return current
            if scores.over:
                return current
        return current

    def _ranking(self, attempt: Attempt) -> Dialogue[Ranking | None]:
        """Returns the words in the order of their importance; None where the query budget ends before it is known."""
        indices = attempt.indices(attempt.start.text)
        by = self.importance if attempt.start.order == "importance" else attempt.start.order
        if by == "random":
            attempt.start.random.numpy.shuffle(indices)
            return Ranking(indices)
        if by == "gradient":
            if attempt.start.gradients is None:
                raise AttackError("The gradient order needs a model that shows its gradients, such as a student.")
            (steepness,) = yield attempt.start.gradients
            return Ranking(sorted(indices, key=lambda index: -steepness[index]))
        asking = _Asking()
        importance: BySaliency | ByScore
        if by == "weighted_saliency":
            importance = yield from _saliency(attempt, indices, asking)
        else:
            text = attempt.start.text
            without: Callable[[int], str] = text.delete if by == "delete" else _masked(text)
            for index in indices:
                yield from asking.add(without(index))
            yield from asking.finish()
            importance = ByScore(asking.scores)
        return None if asking.scores.over else Ranking(indices, importance)


def _saliency(attempt: Attempt, indices: Sequence[int], asking: "_Asking") -> Dialogue[BySaliency]:
    text = attempt.start.text
    for masked in map(_masked(text), indices):
        yield from asking.add(masked)
    counts: list[int] = []
    for index in indices:
        candidates = [] if asking.scores.over else (yield from attempt.candidates(text, index))
        counts.append(len(candidates))
        for candidate in candidates:
            yield from asking.add(candidate.text)
    yield from asking.finish()
    return BySaliency(asking.scores, counts, attempt.start.zero)


def _masked(text: WordText) -> Callable[[int], str]:
    return lambda index: text.replace(index, _UNKNOWN)


class _Asking:
    """Asks in portions, until the query budget ends; even with the last text, since nothing is left to search with."""

    def __init__(self) -> None:
        self.scores = RoughScores()
        self._portion: list[str] = []
        self._characters = 0

    def add(self, text: str) -> Dialogue[None]:
        if self.scores.over:
            return
        self._portion.append(text)
        self._characters += len(text)
        if self._characters >= _CHARACTERS_PER_ASK:
            yield from self.finish()

    def finish(self) -> Dialogue[None]:
        if self._portion and not self.scores.over:
            # Rough answers need their texts kept: not those of a text that fills a portion after the other.
            yield from self.scores.ask(Ask(self._portion, rough=not len(self.scores.values)))
        self._portion, self._characters = [], 0
