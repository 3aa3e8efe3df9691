"""One run of a study: holds the journal, gives out jobs, records outcomes. What is on record is never done again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from rosearch.core.errors import ExecutorError
from rosearch.core.events import Event, Listener, Notice
from rosearch.core.rng import SeedTree
from rosearch.executors.job import Job, Outcome
from rosearch.fitness.evaluation import Candidate, Evaluation
from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.order import Order, fulfil
from rosearch.search.configuration import Configuration
from rosearch.search.finals import bag_candidate, baselines, choose_finalists, finalist_candidates
from rosearch.search.results import COMPLETE, FINAL, REFERENCE, Results
from rosearch.search.strategy import History
from rosearch.store.journal import Journal
from rosearch.store.records import Proposal, Trial
from rosearch.store.run_directory import TRIAL, RunDirectory

if TYPE_CHECKING:
    from rosearch.fitness.workbench import Workbench

FAILURES_IN_A_ROW = 3
"""So many failures, one after the other and with one message, are a fault of the set-up and not of architectures."""


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
        done: Measurements recorded so far.
        total: Measurements wanted.
    """

    evaluation: Evaluation
    done: int
    total: int


@final
class Driver:
    """Carries a study on from wherever its journal stands.

    Args:
        configuration: The study's.
        directory: Its run directory, locked by the caller.
        journal: Open for writing.
        workbench: Evaluates candidates.
        listener: Hears the progress.
        stop: Asked between evaluations; True ends the run after what is under way.
    """

    def __init__(
        self,
        *,
        configuration: Configuration,
        directory: RunDirectory,
        journal: Journal,
        workbench: "Workbench",
        listener: Listener,
        stop: Callable[[], bool],
    ) -> None:
        self.configuration = configuration
        self.directory = directory
        self.workbench = workbench
        self.listener = listener
        self.stop = stop
        self.results = Results.from_entries(journal.entries)
        """All that is recorded so far."""
        self._journal = journal

    def measure_reference(self) -> None:
        """Measures the bag of embeddings at search fidelity; accuracy below its own makes a trial infeasible."""
        if self.results.reference is not None:
            return
        fitness = self.configuration.fitness
        candidate = bag_candidate(fitness, rank=min(self.configuration.space.ranks))
        order = self._order(candidate, fitness.search_fidelity, self.directory.path / "reference")
        outcome = self._all([Job(key="reference", function=fulfil, payload=order)])
        self._record(REFERENCE, outcome[0].require().to_record())

    def run_trials(self) -> None:
        """Proposes and evaluates until the configured number of trials is recorded."""
        proposals: dict[int, Proposal] = {trial.index: trial.proposal for trial in self.results.trials}
        failures: list[str] = []
        for outcome in self.configuration.search.executor.map(self._trial_jobs(proposals)):
            trial = self._trial(proposals[int(outcome.key)], outcome)
            self._record(TRIAL, trial.to_record())
            total = self.configuration.search.trials
            self.listener(TrialRecorded(trial=trial, results=self.results, total=total))
            failures = [*failures, trial.error] if trial.error else []
            if len(failures) == FAILURES_IN_A_ROW and len(set(failures)) == 1:
                raise ExecutorError(
                    f"{FAILURES_IN_A_ROW} trials in a row failed in the same way, the last {trial.index}: "
                    f"{trial.error}\n{outcome.trace}"
                )

    def run_finals(self) -> None:
        """Measures baselines and finalists on test, whatever of them is not on record."""
        wanted = self.final_candidates()
        missing = [item for item in wanted if self.results.final(item.name, item.repeat) is None]
        jobs = (
            Job(key=str(number), function=fulfil, payload=self._final_order(candidate))
            for number, candidate in enumerate(missing)
            if not self.stop()
        )
        for outcome in self.configuration.search.executor.map(jobs):
            evaluation: Evaluation = outcome.require()
            self._record(FINAL, evaluation.to_record())
            done = len(wanted) - len(missing) + int(outcome.key) + 1
            self.listener(FinalRecorded(evaluation=evaluation, done=done, total=len(wanted)))

    def final_candidates(self) -> tuple[Candidate, ...]:
        """Returns baselines and finalists as the trials on record decide them."""
        fitness, search = self.configuration.fitness, self.configuration.search
        finalists = choose_finalists(self.results.front, fitness.environmental, count=search.finalists)
        if not finalists:
            self.listener(Notice(text="No trial is feasible: no finalist. Try more trials or a larger share."))
            return ()
        beside = baselines(
            fitness,
            like=finalists[0].architecture,
            vocabulary_size=self.workbench.vocabulary_size,
            classes=self.workbench.task.classes,
            repeats=search.repeats,
        )
        return (*beside, *finalist_candidates(finalists, fitness, repeats=search.repeats))

    def history(self, index: int, proposals: dict[int, Proposal], trials: Sequence[Trial]) -> History:
        """Returns what proposal ``index`` may know: the trials up to ``index - window``, in order."""
        seen = max(0, index - self.configuration.search.window + 1)
        pending = tuple(proposals[earlier].architecture for earlier in range(seen, index))
        return History(trials=tuple(trials[:seen]), pending=pending)

    def close(self) -> None:
        """Records that all that was asked for is done."""
        search = self.configuration.search
        self._record(COMPLETE, {"trials": search.trials, "finalists": search.finalists})

    def _record(self, kind: str, data: dict[str, Any]) -> None:
        self.results = self.results.plus(self._journal.append(kind, data))

    def _trial_jobs(self, proposals: dict[int, Proposal]) -> Iterator[Job | None]:
        seeds = SeedTree(self.configuration.seed).child("proposal")
        for index in range(self.configuration.search.trials):
            if index in {trial.index for trial in self.results.trials}:
                continue
            if self.stop():
                return
            while not self._visible(index):
                yield None
            history = self.history(index, proposals, self.results.trials)
            rng = seeds.child(index).generator()
            proposals[index] = self.configuration.strategy.propose(history, self.configuration.space, rng=rng)
            yield Job(key=str(index), function=fulfil, payload=self._trial_order(proposals[index]))

    def _visible(self, index: int) -> bool:
        """Says whether all trials that proposal ``index`` must see are on record."""
        seen = max(0, index - self.configuration.search.window + 1)
        return [trial.index for trial in self.results.trials[:seen]] == list(range(seen))

    def _trial(self, proposal: Proposal, outcome: Outcome) -> Trial:
        if outcome.kind != "ok":
            return Trial(proposal=proposal, status="failed", error=outcome.error, seconds=outcome.seconds)
        evaluation: Evaluation = outcome.value
        reference = self.results.reference
        floor = reference.metrics["balanced_accuracy"] if reference else 0.0
        return Trial(
            proposal=proposal,
            metrics=evaluation.metrics,
            violation=max(0.0, floor - evaluation.metrics["balanced_accuracy"]),
            seconds=outcome.seconds,
            details={
                "training_id": evaluation.training_id,
                "attack_id": evaluation.attack_id,
                "robustness": [record.to_record() for record in evaluation.robustness],
                **evaluation.details,
            },
        )

    def _trial_order(self, proposal: Proposal) -> Order:
        fitness = self.configuration.fitness
        candidate = Candidate(
            name=proposal.architecture.architecture_id, architecture=proposal.architecture, scheme=fitness.scheme
        )
        return self._order(candidate, fitness.search_fidelity, self.directory.trial_path(proposal))

    def _final_order(self, candidate: Candidate) -> Order:
        fitness = self.configuration.fitness
        return self._order(candidate, fitness.full_fidelity, final_folder(self.directory, candidate, self.results))

    def _order(self, candidate: Candidate, fidelity: Fidelity, folder: Path) -> Order:
        return Order(
            workbench=self.workbench, candidate=candidate, fidelity=fidelity, folder=folder, listener=self.listener
        )

    def _all(self, jobs: Sequence[Job]) -> list[Outcome]:
        return list(self.configuration.search.executor.map(jobs))


def final_folder(directory: RunDirectory, candidate: Candidate, results: Results) -> Path:
    """Returns where the files of a baseline or finalist lie.

    Args:
        directory: The run directory.
        candidate: A baseline, or a finalist named by its architecture's id.
        results: Holds the trials, by whose index a finalist's folder is called.
    """
    for trial in results.trials:
        if trial.architecture.architecture_id == candidate.name:
            return directory.finalist_path(trial.proposal, repeat=candidate.repeat)
    name = candidate.name.lower().replace(",", "").replace(" ", "-")
    return directory.path / "baselines" / name / str(candidate.repeat)
