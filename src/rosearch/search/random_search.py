"""Random search: the baseline of every strategy."""

from dataclasses import dataclass
from typing import Literal, final

from numpy.random import Generator

from rosearch.search.strategy import History, Strategy, random_proposal
from rosearch.space.space import DagSpace
from rosearch.store.records import Proposal


@final
@dataclass(frozen=True, kw_only=True)
class RandomSearch(Strategy):
    """Draws every architecture from the space, without a look at the results.

    References:
        Li, Talwalkar (2019). Random Search and Reproducibility for Neural Architecture Search. UAI. arXiv:1902.07638
    """

    kind: Literal["random_search"] = "random_search"

    def propose(self, history: History, space: DagSpace, *, rng: Generator) -> Proposal:
        """Proposes a new random architecture; see ``Strategy.propose``."""
        return random_proposal(history, space, rng=rng)
