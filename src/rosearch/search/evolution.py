"""Steady-state evolution: one child at a time, parents by tournament among the young, some newcomers always."""

from dataclasses import dataclass
from typing import Literal, final

from numpy.random import Generator

from rosearch.search.pareto import (
    crowding_distance,
    epsilon_boxes,
    non_dominated_rank,
    objective_matrix,
    violations,
)
from rosearch.search.selection import tournament
from rosearch.search.strategy import History, Strategy, random_proposal
from rosearch.search.survival import youngest
from rosearch.space.space import DagSpace
from rosearch.store.records import Proposal, Trial

_CHILDREN = 100


@final
@dataclass(frozen=True, kw_only=True)
class Evolution(Strategy):
    """Regularised evolution with NSGA-II's comparison of individuals.

    Args:
        population: How many of the last trials may become parents; as many first proposals are random.
        tournament: Contestants for each parent.
        immigrants: Share of later proposals that are random; below 0.2 the unbiased sample is too thin for statistics.
        crossover: Share of children with two parents; the others are mutants of one.

    Raises:
        ValueError: If a number is below 1 or a share is not within 0 and 1.

    References:
        Real, Aggarwal, Huang, Le (2019). Regularized Evolution for Image Classifier Architecture Search. AAAI.
        arXiv:1802.01548
        Deb, Pratap, Agarwal, Meyarivan (2002). A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II. IEEE
        Transactions on Evolutionary Computation 6(2).

    Differences: from Real et al., several objectives, crossover and random immigrants, no architecture is tried twice,
    and a proposal sees the trials of its window only, whatever finished earlier. From NSGA-II, only the comparison is
    taken: survival is by age instead of elitist, so a lucky measurement is forgotten, and the front of a study is that
    of all its trials.
    """

    kind: Literal["evolution"] = "evolution"
    population: int = 32
    tournament: int = 6
    immigrants: float = 0.25
    crossover: float = 0.25

    def __post_init__(self) -> None:
        for name in ("population", "tournament"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        for name in ("immigrants", "crossover"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie within 0 and 1, got {getattr(self, name)}")

    def propose(self, history: History, space: DagSpace, *, rng: Generator) -> Proposal:
        """Proposes a child of the fittest young trials, or a newcomer; see ``Strategy.propose``."""
        # A failed trial grows old like any other, yet has nothing to hand on.
        living = [trial for trial in youngest(history.trials, self.population) if trial.status == "done"]
        newcomer = history.next_index < self.population or rng.random() < self.immigrants
        if newcomer or not living:
            return random_proposal(history, space, rng=rng)
        child = self._child(living, history, space, rng=rng)
        # Where a whole neighbourhood is known, a newcomer leads out of it.
        return child or random_proposal(history, space, rng=rng)

    def _child(self, living: list[Trial], history: History, space: DagSpace, *, rng: Generator) -> Proposal | None:
        """Makes children until one is new; None where a fair number of them are known."""
        matrix = objective_matrix(living, history.objectives)
        boxes = epsilon_boxes(matrix, [objective.epsilon for objective in history.objectives])
        ranks = non_dominated_rank(boxes, violation=violations(living))
        crowding = crowding_distance(matrix, ranks=ranks)
        for _ in range(_CHILDREN):
            first, second = (living[tournament(ranks, crowding, size=self.tournament, rng=rng)] for _ in range(2))
            parents: tuple[Trial, ...] = (first,)
            if first is not second and rng.random() < self.crossover:
                parents = (first, second)
                made = space.crossover(first.architecture, second.architecture, rng=rng)
            else:
                made = space.mutate(first.architecture, rng=rng)
            if made.architecture.architecture_id not in history.known:
                return Proposal(
                    index=history.next_index,
                    architecture=made.architecture,
                    operator=made.operator,
                    parents=tuple(parent.index for parent in parents),
                    seen=len(history.trials),
                )
        return None
