"""What a study says while it runs, beside the progress of its parts."""

from dataclasses import dataclass, replace
from typing import final

from rosearch.core.events import Event, Listener, Progress
from rosearch.fitness.evaluation import Evaluation
from rosearch.search.results import Results
from rosearch.store.records import Trial


@final
@dataclass(frozen=True, kw_only=True)
class EvaluationsBegin(Event):
    """Task and teacher are ready; from here on each evaluation is recorded when it ends."""


@final
@dataclass(frozen=True, kw_only=True)
class TrialRecorded(Event):
    """A trial stands in the journal.

    Args:
        trial: The trial.
        results: All that is recorded so far, this trial counted.
        total: Trials wanted.
    """

    trial: Trial
    results: Results
    total: int


@final
@dataclass(frozen=True, kw_only=True)
class FinalRecorded(Event):
    """A baseline or a finalist was measured on test.

    Args:
        evaluation: What was measured.
        label: What people call it, such as ``"trial 3, seed 0"``.
        done: Measurements recorded so far.
        total: Measurements wanted.
    """

    evaluation: Evaluation
    label: str
    done: int
    total: int


@final
@dataclass(frozen=True, kw_only=True)
class Labelled:
    """A listener that says of each piece of work for whom it is done, such as ``"trial 3: training"``.

    Args:
        label: For whom.
        listener: Hears the events.
    """

    label: str
    listener: Listener

    def __call__(self, event: Event) -> None:
        """Passes one event on."""
        if isinstance(event, Progress):
            what = event.stage.rpartition(": ")[2]
            event = replace(event, stage=f"{self.label}: {what}")
        self.listener(event)
