"""One run of a study: gives out jobs and records their outcomes. What is on record is never done again."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, final

from rosearch.core.errors import RunError
from rosearch.core.events import Listener, Notice, Progress
from rosearch.executors.job import Job, Outcome
from rosearch.fitness.evaluation import Candidate, Evaluation
from rosearch.fitness.order import Order, fulfil
from rosearch.fitness.precedents import NO_PRECEDENTS
from rosearch.search.configuration import Configuration
from rosearch.search.cross_examinations import CrossExaminations
from rosearch.search.events import EvaluationsBegin, TrialRecorded
from rosearch.search.failures import FailureWatch
from rosearch.search.final_measurements import FinalMeasurements, order
from rosearch.search.final_stage import FinalStage
from rosearch.search.finals import (
    bag_candidate,
    baselines,
    choose_finalists,
    final_folder,
    final_label,
    finalist_candidates,
)
from rosearch.search.precedents import precedents_of
from rosearch.search.proposals import Proposals
from rosearch.search.pruning import finish_pruning, prune
from rosearch.search.results import COMPLETE, REFERENCE, Extent, Recorder, Results
from rosearch.store.records import Proposal, Trial
from rosearch.store.run_directory import TRIAL, RunDirectory

if TYPE_CHECKING:
    from rosearch.fitness.workbench import Workbench


@final
class Driver:
    """Carries a study on from wherever its journal stands.

    Args:
        configuration: The study's.
        directory: Its run directory, locked by the caller.
        recorder: Writes its journal.
        workbench: Evaluates candidates.
        listener: Hears the progress.
        stop: Asked between evaluations; True ends the run after what is under way.
    """

    def __init__(
        self,
        *,
        configuration: Configuration,
        directory: RunDirectory,
        recorder: Recorder,
        workbench: "Workbench",
        listener: Listener,
        stop: Callable[[], bool],
    ) -> None:
        self.configuration = configuration
        self.directory = directory
        self.workbench = workbench
        self.listener = listener
        self.stop = stop
        self._recorder = recorder
        self._executor = configuration.search.executor

    @property
    def results(self) -> Results:
        """All that is recorded so far."""
        return self._recorder.results

    def run(self) -> None:
        """Does whatever is not on record: the reference, the trials, the finals.

        Raises:
            InputError: If something that the user gave is wrong.
            ExecutorError: If evaluations fail through no fault of an architecture.
        """
        self.listener(EvaluationsBegin())
        for stage in (self._measure_reference, self._run_trials, self._run_finals, self._complete):
            if self.stop():
                return
            stage()

    def _measure_reference(self) -> None:
        """Measures the bag of embeddings at search fidelity; accuracy below its own makes a trial infeasible."""
        if self.results.reference is not None:
            return
        fitness = self.configuration.fitness
        candidate = bag_candidate(fitness, rank=max(self.configuration.space.ranks))
        folder = self.directory.path / "reference"
        payload = order(
            self.workbench,
            candidate,
            fitness.search_fidelity,
            folder,
            label=candidate.name,
            listener=self.listener,
        )
        (outcome,) = self._executor.map([Job(key="reference", function=fulfil, payload=payload)])
        self._recorder.record(REFERENCE, outcome.require().to_record())

    def _run_trials(self) -> None:
        total = self.configuration.search.trials
        proposals = Proposals(self.configuration, self.results.trials)
        watch = FailureWatch(trial.error for trial in self.results.trials)
        finish_pruning(self.results, self.directory)
        self._prune()
        self._advance(len(self.results.trials), total)
        with closing(self._executor.map(self._trial_jobs(proposals))) as outcomes:
            for outcome in outcomes:
                trial = self._trial(proposals[int(outcome.key)], outcome)
                self._recorder.record(TRIAL, trial.to_record())
                self._prune()
                self.listener(TrialRecorded(trial=trial, results=self.results, total=total))
                self._advance(len(self.results.trials), total)
                watch.see(trial.error, trace=outcome.trace)

    def _trial_jobs(self, proposals: Proposals) -> Iterator[Job | None]:
        for index in range(self.configuration.search.trials):
            if index in proposals:
                continue
            while not proposals.ready(index, self.results.trials):
                yield None
            if self.stop():
                return
            try:
                proposal = proposals.make(index, self.results.trials)
            except RunError as end:
                self.listener(Notice(text=f"The search ends here: {end}"))
                return
            payload = self._trial_order(proposal, self.results.trials[: proposals.seen(index)])
            yield Job(key=str(index), function=fulfil, payload=payload)

    def _trial(self, proposal: Proposal, outcome: Outcome) -> Trial:
        if outcome.failed_by_itself:
            details: dict[str, Any] = {"outcome": outcome.kind, "trace": outcome.trace, **_attempts(outcome)}
            return Trial(
                proposal=proposal, status="failed", error=outcome.error, seconds=outcome.seconds, details=details
            )
        evaluation: Evaluation = outcome.require()
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
                **_attempts(outcome),
            },
        )

    def _prune(self) -> None:
        if self.configuration.search.keep == "front":
            prune(self._recorder, self.directory)

    def _run_finals(self) -> None:
        """Measures baselines and finalists on test, then asks each what fooled the others."""
        wanted = self._final_candidates()
        stage = FinalStage(
            workbench=self.workbench,
            executor=self._executor,
            recorder=self._recorder,
            folder=lambda candidate: final_folder(self.directory, candidate, self.results.trials),
            label=lambda candidate: final_label(candidate, self.results.trials),
            listener=self.listener,
            stop=self.stop,
        )
        FinalMeasurements(stage=stage, fidelity=self.configuration.fitness.full_fidelity).carry_out(wanted)
        CrossExaminations(stage=stage).carry_out(wanted)

    def _final_candidates(self) -> tuple[Candidate, ...]:
        """Returns baselines and finalists as the trials on record decide them."""
        fitness, search = self.configuration.fitness, self.configuration.search
        if search.finalists == 0:
            return ()
        results = self.results
        finalists = choose_finalists(
            results.front, fitness.environmental, count=search.finalists, trials=results.trials
        )
        if not finalists:
            self.listener(
                Notice(
                    text="No trial is at least as accurate as the bag of embeddings, so there is no finalist. "
                    "Try more trials (search.trials), or train longer (fitness.share) in a new run."
                )
            )
            return ()
        beside = baselines(
            fitness,
            like=finalists[0].architecture,
            vocabulary_size=self.workbench.vocabulary_size,
            classes=self.workbench.task.classes,
            repeats=search.repeats,
            teacher=self._teacher_knows_test(),
        )
        return (*beside, *finalist_candidates(finalists, fitness, repeats=search.repeats))

    def _teacher_knows_test(self) -> bool:
        unanswered, texts = self.workbench.unanswered_test_texts, len(self.workbench.task.test)
        if unanswered:
            lacking = f"{unanswered:,} of {texts:,} test texts"
            self.listener(Notice(text=f"The teacher's file lacks answers to {lacking}: it has no row in the finals."))
        return unanswered == 0

    def _complete(self) -> None:
        """Records that all that was asked for is done; a search that was cut short is not."""
        search = self.configuration.search
        trials = max(search.trials, len(self.results.trials))
        self._recorder.record(COMPLETE, Extent(trials=trials, finalists=search.finalists).to_record())

    def _advance(self, done: int, total: int) -> None:
        self.listener(Progress(stage="search", done=done, total=total, unit="trials"))

    def _trial_order(self, proposal: Proposal, seen: Sequence[Trial]) -> Order:
        fitness = self.configuration.fitness
        candidate = Candidate(
            name=proposal.architecture.architecture_id, architecture=proposal.architecture, scheme=fitness.scheme
        )
        folder = self.directory.trial_path(proposal)
        return order(
            self.workbench,
            candidate,
            fitness.search_fidelity,
            folder,
            label=f"trial {proposal.index}",
            listener=self.listener,
            precedents=precedents_of(proposal, seen, self.directory, reference=self.results.reference)
            if fitness.builds_on_trials
            else NO_PRECEDENTS,
        )


def _attempts(outcome: Outcome) -> dict[str, Any]:
    """Returns the causes of earlier attempts, where there were any."""
    return {"earlier_attempts": list(outcome.earlier)} if outcome.earlier else {}
