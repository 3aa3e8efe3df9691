"""Genetic search over texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, final

import numpy as np

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.dialogue import Ask, Dialogue, Search, Start, choice
from rosearch.attacks.search_methods.attempt import Attempt
from rosearch.attacks.search_methods.search_method import SearchMethod
from rosearch.attacks.text import WordText
from rosearch.attacks.transformations.transformation import Transformation


@final
@dataclass(frozen=True, kw_only=True)
class GeneticSearch(SearchMethod):
    """Breeds texts.

    Two parents, drawn by their scores, give a child each of whose words is one parent's. Then one of its words, drawn
    at random, becomes whatever raises the score most. All children of a generation are asked about together. The best
    text always stays.

    Args:
        population: Texts in a generation.
        generations: After so many the search ends.
        temperature: How little a parent's score counts.

    Raises:
        ValueError: If a number is out of range.

    References:
        Alzantot et al. (2018). Generating Natural Language Adversarial Examples. arXiv:1804.07998. Ours respects any
        constraint that a recipe has, where theirs has its own; a child that breaks one is its better parent instead.
    """

    population: int = 20
    generations: int = 20
    temperature: float = 0.3
    kind: Literal["genetic_search"] = "genetic_search"

    def __post_init__(self) -> None:
        if self.population < 2 or self.generations < 1 or self.temperature <= 0:
            raise ValueError("population must be at least 2, generations at least 1, and temperature above 0.")

    def search(self, start: Start, transformation: Transformation, constraints: Sequence[Constraint]) -> Search:
        """Searches until a text has another prediction or the last generation is over; see ``SearchMethod``."""
        attempt = Attempt(start, transformation, tuple(constraints))
        members: list[tuple[WordText, float]] = [(start.text, start.score)] * self.population
        best, best_score = start.text, start.score
        for _ in range(self.generations):
            children = [self._child(attempt, members) for _ in range(self.population - 1)]
            variants, owners = yield from _mutations(attempt, [child for child, _ in children])
            if not variants:
                return best
            ask = Ask([text.text for text in variants], incumbent=best_score)
            answers = yield ask
            chosen = choice(ask, answers.scores, answers.flipped)
            if chosen is not None:
                best, best_score = variants[chosen], answers.scores[chosen]
                if answers.flipped[chosen]:
                    return best
            if answers.over:
                return best
            members = [(best, best_score), *_survivors(children, variants, owners, answers.scores)]
        return best

    def _child(self, attempt: Attempt, members: Sequence[tuple[WordText, float]]) -> tuple[WordText, float]:
        """Crosses two parents, or returns the better one where their child breaks a constraint."""
        scores = np.array([score for _, score in members])
        weights = np.exp((scores - scores.max()) / self.temperature)
        random = attempt.start.random.numpy
        first, second = random.choice(len(members), size=2, p=weights / weights.sum())
        pair = [members[int(first)], members[int(second)]]
        better = max(pair, key=lambda member: member[1])
        original, parents = attempt.start.text, [text for text, _ in pair]
        if any(len(parent.words) != len(original.words) for parent in parents):
            return better  # words behind a split one have other indices
        child = original
        for index in sorted({*parents[0].modified, *parents[1].modified}):
            word = parents[random.randint(2)].words[index]
            if word != original.words[index]:
                child = child.replaced(index, word)
        holds = all(constraint.holds(original, child) for constraint in attempt.constraints)
        return (child, better[1]) if holds else better


def _mutations(attempt: Attempt, children: Sequence[WordText]) -> Dialogue[tuple[list[WordText], list[int]]]:
    """Lists, for each child, what one of its words may become, and whose child each text is."""
    variants: list[WordText] = []
    owners: list[int] = []
    for owner, child in enumerate(children):
        indices = attempt.indices(child)
        attempt.start.random.numpy.shuffle(indices)
        for index in indices:
            found = yield from attempt.candidates(child, index)
            if found:
                variants += [child.replaced(index, candidate.word) for candidate in found]
                owners += [owner] * len(found)
                break
    return variants, owners


def _survivors(
    children: Sequence[tuple[WordText, float]],
    variants: Sequence[WordText],
    owners: Sequence[int],
    scores: Sequence[float],
) -> list[tuple[WordText, float]]:
    """Returns the best variant of each child, or the child where no word of it may change."""
    best: dict[int, int] = {}
    for at, owner in enumerate(owners):
        if owner not in best or scores[at] > scores[best[owner]]:
            best[owner] = at
    return [
        (variants[best[owner]], scores[best[owner]]) if owner in best else child for owner, child in enumerate(children)
    ]
