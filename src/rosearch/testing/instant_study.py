"""The parts of a study that takes no time: a teacher without files, a workbench that measures by a formula."""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias, final

from rosearch.core.events import Listener, Progress, ignore
from rosearch.core.rng import SeedTree
from rosearch.data.task import Task
from rosearch.executors.executor import Executor
from rosearch.executors.job import Job, Outcome, carry_out
from rosearch.fitness.evaluation import Candidate, Evaluation
from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.precedents import NO_PRECEDENTS, Precedents
from rosearch.teachers.teacher import PreparedTeacher, Teacher
from rosearch.testing.instant_fitness import VOCABULARY_SIZE, instant_metrics

Fault: TypeAlias = Callable[[Candidate, int], None]
"""Raises what an evaluation is to fail with; it is given the candidate and the number of the evaluation, from 0."""

BAG = {"robustness": 0.0, "robust_accuracy": 0.0, "balanced_accuracy": 0.5, "accuracy": 0.5, "parameters": 1.0}


@final
@dataclass(frozen=True, kw_only=True)
class InstantTeacher(Teacher):
    """A teacher that has no files.

    Args:
        weights: What its fingerprint is.
    """

    kind: Literal["instant"] = "instant"
    weights: str = "first"

    def prepare(self, task: Task, folder: Path, *, seeds: SeedTree, listener: Listener = ignore) -> PreparedTeacher:  # noqa: ARG002
        """Returns the teacher; see ``Teacher.prepare``."""
        return PreparedTeacher(
            folder=folder,
            model_path=folder / "model",
            fingerprint=self.weights,
            label_names=task.label_names,
            hidden_size=8,
            max_length=32,
            parameters=1_000_000,
            dev_accuracy=0.9,
            fine_tuned=False,
        )

    def source_fingerprint(self) -> str:
        """Returns the same whatever the weights."""
        return self.kind


@final
@dataclass
class InstantWorkbench:
    """Stands in for a `Workbench` and measures students by ``instant_metrics``.

    Args:
        task: What a study reads of it.
        fault: May raise instead.
        bag: The figures of whatever is no searched student.
        evaluated: The evaluations begun: fidelity, name and repeat of each.
    """

    task: Task
    fault: Fault | None = None
    bag: dict[str, float] = field(default_factory=lambda: dict(BAG))
    evaluated: list[tuple[str, str, int]] = field(default_factory=list)
    vocabulary_size: int = VOCABULARY_SIZE
    unanswered_test_texts: int = 0

    def truncated(self) -> dict[str, int]:
        """Says that no text is cut; see ``Workbench.truncated``."""
        return {"train": 0, "dev": 0, "test": 0}

    def evaluate(
        self,
        candidate: Candidate,
        fidelity: Fidelity,
        *,
        folder: Path | None = None,  # noqa: ARG002 - the signature of a workbench
        precedents: Precedents = NO_PRECEDENTS,  # noqa: ARG002
        listener: Listener = ignore,
    ) -> Evaluation:
        """Measures a candidate at once; see ``Workbench.evaluate``."""
        listener(Progress(stage=f"{candidate.name}: training", done=1, total=1))
        self.evaluated.append((fidelity.name, candidate.name, candidate.repeat))
        if self.fault is not None:
            self.fault(candidate, len(self.evaluated) - 1)
        searched = candidate.architecture is not None and candidate.architecture.cells
        metrics = instant_metrics(candidate.architecture) if searched and candidate.architecture else self.bag
        return Evaluation(
            name=candidate.name,
            repeat=candidate.repeat,
            training_id=f"{candidate.name}/{candidate.repeat}/{fidelity.name}",
            attack_id="none",
            metrics=metrics,
            robustness=(),
            architecture=candidate.architecture,
        )


@final
@dataclass(frozen=True, kw_only=True)
class ShuffledExecutor(Executor):
    """Has several jobs under way and gives their outcomes in a random order, as a cluster would.

    Args:
        workers: Jobs under way at a time.
        seed: Decides the order.
    """

    kind: Literal["shuffled"] = "shuffled"
    workers: int = 3
    seed: int = 0

    def map(self, jobs: Iterable[Job | None]) -> Generator[Outcome, None, None]:
        """Carries out jobs; see ``Executor.map``."""
        rng, source = SeedTree(self.seed).generator(), iter(jobs)
        under_way: list[Job] = []
        while True:
            while len(under_way) < self.workers and (job := next(source, None)) is not None:
                under_way.append(job)
            if not under_way:
                return
            yield carry_out(under_way.pop(int(rng.integers(len(under_way)))))
