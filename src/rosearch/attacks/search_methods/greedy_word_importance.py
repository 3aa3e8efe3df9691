"""Greedy replacement of words, the most important first."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, final

import numpy as np

from rosearch.attacks.constraints.constraint import Candidate, Constraint, Step
from rosearch.attacks.dialogue import Ask, Dialogue, Search, Start, choice
from rosearch.attacks.text import WordText
from rosearch.attacks.transformations.transformation import Transformation

Importance: TypeAlias = Literal["unk", "delete", "weighted_saliency", "random"]

_UNKNOWN = "[UNK]"
# One ask holds at most this many characters, so that the ranking of a very long text does not fill the memory.
_CHARACTERS_PER_ASK = 1 << 18


@final
@dataclass(frozen=True, kw_only=True)
class GreedyWordImportance:
    """Ranks the words by importance, then replaces them in that order, each by what raises the score most.

    A replacement is kept only if the score rises; the search ends with the first text whose prediction changes.

    Args:
        importance: ``"unk"``: the score with the word replaced by "[UNK]"; ``"delete"``: with the word left out;
            ``"weighted_saliency"``: the softmax over words of the ``"unk"`` score, times the best score that
            replacing the word alone reaches; ``"random"``: no query, a shuffled order.

    References:
        Jin et al. (2020). Is BERT Really Robust? arXiv:1907.11932. Ren et al. (2019), see ``PWWS``.

    Follows TextAttack 0.3.11's GreedyWordSwapWIR. Words of equal importance keep the order in which TextAttack lists
    them, which is the iteration order of a set of their indices: ascending, except in sparse sets. TextAttack itself
    leaves such ties to an unstable sort. Candidates of equal score: the alphabetically first text.
    """

    importance: Importance = "unk"

    def search(self, start: Start, transformation: Transformation, constraints: Sequence[Constraint]) -> Search:
        """Searches for a text with another prediction.

        Args:
            start: The text and its score.
            transformation: What words may become.
            constraints: What the search may not do, in the order of asking.

        Returns:
            The last text that raised the score; the original where none did.
        """
        attempt = _Attempt(start, transformation, tuple(constraints))
        order = yield from self._order(attempt)
        current, score = start.text, start.score
        for index in order or ():
            candidates = yield from attempt.candidates(current, index)
            if not candidates:
                continue
            ask = Ask([candidate.text for candidate in candidates], score, _similarities(candidates))
            answers = yield ask
            best = choice(ask, answers.scores, answers.flipped)
            if best is not None:
                current, score = current.replaced(index, candidates[best].word), answers.scores[best]
                if answers.flipped[best]:
                    return current
            if answers.over:
                return current
        return current

    def _order(self, attempt: "_Attempt") -> Dialogue[list[int] | None]:
        indices = attempt.indices()
        if self.importance == "random":
            attempt.start.random.numpy.shuffle(indices)
            return indices
        if self.importance == "weighted_saliency":
            scores = yield from _weighted_saliency(attempt, indices)
        else:
            text = attempt.start.text
            without: Callable[[int], str] = text.delete if self.importance == "delete" else _masked(text)
            scores = yield from _ask_all(without(index) for index in indices)
        if scores is None:
            return None
        return [indices[rank] for rank in sorted(range(len(indices)), key=lambda rank: -scores[rank])]


@final
@dataclass(frozen=True)
class _Attempt:
    """One text under attack, with what may be done to it."""

    start: Start
    transformation: Transformation
    constraints: tuple[Constraint, ...]

    def indices(self) -> list[int]:
        """Lists the words that may change, in the order of TextAttack's sets (CPython's, for small integers)."""
        indices = set(range(len(self.start.text.words)))
        for constraint in self.constraints:
            allowed = constraint.modifiable(self.start.text)
            if allowed is not None:
                indices &= allowed
        return list(indices)

    def candidates(self, current: WordText, index: int) -> Dialogue[list[Candidate]]:
        """Lists texts that differ from ``current`` at ``index`` and keep all constraints, sorted by text."""
        step = Step(self.start.text, current, index)
        words = yield from self.transformation.proposals(current, index, self.start.random)
        candidates = [Candidate(current.replace(index, word), word) for word in words]
        for constraint in self.constraints:
            if candidates:
                candidates = yield from constraint.allowed(step, candidates)
        candidates.sort(key=lambda candidate: candidate.text)
        return candidates


def _similarities(candidates: Sequence[Candidate]) -> list[float] | None:
    found = [candidate.similarity for candidate in candidates]
    return [value for value in found if value is not None] if None not in found else None


def _weighted_saliency(attempt: _Attempt, indices: list[int]) -> Dialogue[list[float] | None]:
    text = attempt.start.text
    asking = _Asking()
    counts: list[int] = []
    for masked in map(_masked(text), indices):
        yield from asking.add(masked)
    for index in indices:
        if asking.over:
            return None
        candidates = yield from attempt.candidates(text, index)
        counts.append(len(candidates))
        for candidate in candidates:
            yield from asking.add(candidate.text)
    scores = yield from asking.scores()
    if scores is None:
        return None
    saliency = _softmax32(scores[: len(indices)])
    position, weighted = len(indices), []
    for weight, count in zip(saliency, counts, strict=True):
        best = max(scores[position : position + count]) - attempt.start.zero if count else 0.0
        weighted.append(float(weight) * best)
        position += count
    return weighted


def _softmax32(scores: Sequence[float]) -> "list[float]":
    """Softmax in float32, as TextAttack's, so that rounding makes the same ties."""
    values = np.array(scores, dtype=np.float32)
    weights = np.exp(values - values.max(initial=-np.inf))
    return (weights / weights.sum()).tolist() if len(scores) else []


def _masked(text: WordText) -> Callable[[int], str]:
    return lambda index: text.replace(index, _UNKNOWN)


def _ask_all(texts: Iterable[str]) -> Dialogue[list[float] | None]:
    asking = _Asking()
    for text in texts:
        yield from asking.add(text)
    scores = yield from asking.scores()
    return scores


class _Asking:
    """Asks in portions; None where the query budget ends, even with the last text: nothing is left to search with."""

    def __init__(self) -> None:
        self._scores: list[float] = []
        self._portion: list[str] = []
        self._characters = 0
        self.over = False

    def add(self, text: str) -> Dialogue[None]:
        if self.over:
            return
        self._portion.append(text)
        self._characters += len(text)
        if self._characters >= _CHARACTERS_PER_ASK:
            yield from self._ask()

    def scores(self) -> Dialogue[list[float] | None]:
        if self._portion:
            yield from self._ask()
        return None if self.over else self._scores

    def _ask(self) -> Dialogue[None]:
        answers = yield Ask(self._portion)
        self._scores.extend(answers.scores)
        self.over = answers.over
        self._portion, self._characters = [], 0
