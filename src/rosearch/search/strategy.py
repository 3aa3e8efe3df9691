"""What a strategy is: a pure function from the history of a study to its next proposal."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, final

from numpy.random import Generator

from rosearch.core.component import Component
from rosearch.core.errors import RunError
from rosearch.space.architecture import Architecture
from rosearch.space.space import DagSpace
from rosearch.store.records import Objective, Proposal, Trial

DEFAULT_OBJECTIVES = (
    Objective(name="robustness", direction="max", epsilon=0.02),
    Objective(name="balanced_accuracy", direction="max", epsilon=0.01),
    Objective(name="parameters", direction="min", scale="log", epsilon=0.05),
)
"""The defaults; within one epsilon, figures on a few hundred examples are noise to a tournament."""

_DRAWS = 2000


@final
@dataclass(frozen=True, kw_only=True)
class History:
    """What a proposal may know.

    Args:
        trials: The trials that it may see, in order, failed ones included: 0 .. k-W for proposal k and window W.
        pending: Architectures proposed already whose trials it may not see yet, in order.
        objectives: By which trials are compared.
    """

    trials: tuple[Trial, ...] = ()
    pending: tuple[Architecture, ...] = ()
    objectives: tuple[Objective, ...] = DEFAULT_OBJECTIVES

    @property
    def next_index(self) -> int:
        """The index of the proposal to come."""
        return len(self.trials) + len(self.pending)

    @cached_property
    def known(self) -> frozenset[str]:
        """The ids of all architectures proposed so far."""
        tried = (trial.architecture for trial in self.trials)
        return frozenset(architecture.architecture_id for architecture in (*tried, *self.pending))


class Strategy(Component, ABC):
    """Proposes architectures. Holds configuration, never state: any process can compute the next proposal."""

    family: ClassVar[str] = "strategy"
    members: ClassVar[tuple[str, ...]] = ("rosearch.search.evolution", "rosearch.search.random_search")

    @abstractmethod
    def propose(self, history: History, space: DagSpace, *, rng: Generator) -> Proposal:
        """Proposes the next trial.

        Args:
            history: What this proposal may know.
            space: Where to look; ``space.contains(proposal.architecture)`` holds for the result.
            rng: Keyed by the proposal's index, so that a resumed search proposes the same.

        Returns:
            An architecture that is neither tried nor pending, with the parents and the number of trials seen.

        Raises:
            RunError: If no new architecture is found, as in a small space that is used up.
        """


def random_proposal(history: History, space: DagSpace, *, rng: Generator) -> Proposal:
    """Proposes an architecture drawn from the space, whatever the history says of the others.

    Args:
        history: Whose architectures are not proposed again.
        space: Where to draw.
        rng: Draws.

    Returns:
        A proposal without parents, its operator ``"random"``: a member of the unbiased sample.

    Raises:
        RunError: If only known architectures are drawn.
    """
    for _ in range(_DRAWS):
        architecture = space.sample(rng=rng)
        if architecture.architecture_id not in history.known:
            return Proposal(
                index=history.next_index, architecture=architecture, operator="random", seen=len(history.trials)
            )
    raise RunError(
        f"proposal {history.next_index}: {_DRAWS} draws from the space gave no architecture that is new beside the "
        f"{len(history.known)} known ones. The space is used up: ask for fewer trials or widen its bounds."
    )
