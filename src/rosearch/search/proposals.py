"""Which architecture comes next: number k is a function of the seed and of the trials that its window shows."""

from collections.abc import Sequence
from typing import final

from rosearch.core.errors import ConfigError
from rosearch.core.rng import SeedTree
from rosearch.search.configuration import Configuration
from rosearch.search.strategy import History
from rosearch.store.records import Proposal, Trial


@final
class Proposals:
    """The proposals of a study, those on record and those made since.

    Whatever finishes first, proposal k sees the trials 0 .. k - window and knows which architectures came between; so
    neither the executor nor a kill changes what is proposed.

    Args:
        configuration: Gives seed, strategy, space and window.
        trials: Those on record.
    """

    def __init__(self, configuration: Configuration, trials: Sequence[Trial]) -> None:
        self._configuration = configuration
        self._seeds = SeedTree(configuration.seed).child("proposal")
        self._made = {trial.index: trial.proposal for trial in trials}

    def __contains__(self, index: int) -> bool:
        return index in self._made

    def __getitem__(self, index: int) -> Proposal:
        return self._made[index]

    def seen(self, index: int) -> int:
        """Returns how many trials proposal ``index`` sees, which are the first ones."""
        return max(0, index - self._configuration.search.window + 1)

    def ready(self, index: int, trials: Sequence[Trial]) -> bool:
        """Says whether all trials that proposal ``index`` shall see are on record.

        Args:
            index: Of the proposal.
            trials: Those on record, by index.
        """
        seen = self.seen(index)
        # They are distinct and in order: where the last one seen is at its place, none before it is missing.
        return seen == 0 or (len(trials) >= seen and trials[seen - 1].index == seen - 1)

    def make(self, index: int, trials: Sequence[Trial]) -> Proposal:
        """Lets the strategy propose, checks what it gives, and keeps it.

        Args:
            index: Of the proposal; it is ``ready``, and all proposals before it were made.
            trials: Those on record, by index.

        Raises:
            RunError: If the space holds no architecture that is new.
            ConfigError: If the strategy breaks a promise of its interface.
        """
        self._made[index] = self.derive(index, trials)
        return self._made[index]

    def derive(self, index: int, trials: Sequence[Trial]) -> Proposal:
        """Returns what ``make`` would, and keeps nothing.

        Args:
            index: See ``make``.
            trials: See ``make``.

        Raises:
            RunError: See ``make``.
            ConfigError: See ``make``.
        """
        seen = self.seen(index)
        pending = tuple(self._made[earlier].architecture for earlier in range(seen, index))
        history = History(trials=tuple(trials[:seen]), pending=pending)
        strategy, space = self._configuration.strategy, self._configuration.space
        proposal = strategy.propose(history, space, rng=self._seeds.child(index).generator())
        known = proposal.architecture.architecture_id in history.known
        if proposal.index != index or known or not space.contains(proposal.architecture):
            raise ConfigError(
                f"strategy {type(strategy).__name__} proposed {proposal!r} as number {index}: it must bear that "
                "number, lie in the space and not be known yet. Correct its `propose`."
            )
        return proposal
