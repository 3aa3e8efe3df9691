"""What a candidate's evaluation may know of the trials that its proposal saw."""

from collections.abc import Sequence

from rosearch.fitness.evaluation import Evaluation
from rosearch.fitness.precedents import Precedent, Precedents
from rosearch.search.membership import RESISTANCE
from rosearch.store.records import Proposal, Trial
from rosearch.store.run_directory import RunDirectory


def precedents_of(
    proposal: Proposal, seen: Sequence[Trial], directory: RunDirectory, *, reference: Evaluation | None
) -> Precedents:
    """Gathers the precedents of a candidate.

    Args:
        proposal: The candidate's.
        seen: The trials that the proposal saw, in order; no later one, so that neither the executor nor a kill changes
            an outcome.
        directory: Holds the outcomes of the trials' attacks.
        reference: The bag of embeddings.
    """
    trials = tuple(
        Precedent(
            index=trial.index,
            parent=trial.index in proposal.parents,
            training_id=trial.details["training_id"],
            attack_id=trial.details["attack_id"],
            leaves=trial.details["training"].get("left", 0),
            folder=directory.trial_path(trial.proposal),
            resistance=tuple(trial.details[RESISTANCE]),
            robustness=trial.robustness,
            balanced_accuracy=trial.metric("balanced_accuracy"),
            parameters=trial.metric("parameters"),
            feasible=trial.feasible,
        )
        for trial in seen
        if trial.status == "done"
    )
    return Precedents(
        candidate=proposal.architecture.architecture_id,
        trials=trials,
        least_balanced_accuracy=reference.metrics["balanced_accuracy"] if reference else 0.0,
    )
