"""What the shortcuts of a candidate's attacks may know of the trials that its proposal saw."""

from collections.abc import Sequence

from rosearch.fitness.shortcuts.precedents import Precedent, Precedents
from rosearch.store.records import Proposal, Trial
from rosearch.store.run_directory import RunDirectory


def precedents_of(proposal: Proposal, seen: Sequence[Trial], directory: RunDirectory) -> Precedents:
    """Gathers the precedents of a candidate.

    Args:
        proposal: The candidate's.
        seen: The trials that the proposal saw, in order; no later one, so that neither the executor nor a kill changes
            an outcome.
        directory: Holds the outcomes of the trials' attacks.
    """
    trials = tuple(
        Precedent(
            index=trial.index,
            parent=trial.index in proposal.parents,
            attack_id=trial.details["attack_id"],
            attacks=directory.trial_path(trial.proposal) / "attacks",
        )
        for trial in seen
        if trial.status == "done"
    )
    return Precedents(candidate=proposal.architecture.architecture_id, trials=trials)
