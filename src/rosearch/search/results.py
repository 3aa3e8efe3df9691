"""What a run directory's journal says: trials, front, reference, finals. Reading only; no torch, no lock."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, reduce
from typing import Any, TypeAlias, final

from rosearch.fitness.evaluation import Candidate, Evaluation
from rosearch.search.pareto import front
from rosearch.search.strategy import DEFAULT_OBJECTIVES
from rosearch.store.journal import Entry, Journal
from rosearch.store.records import Trial

EXTENT, TEACHER, TASK, REFERENCE, PRUNED = "extent", "teacher", "task", "reference", "pruned"
FINAL, TRANSFER, COMPLETE = "final", "transfer", "complete"
"""Kinds of journal entries beside trials: how far the study is to go; the prepared teacher; what the texts are; the bag
of embeddings at search fidelity; trials whose weights are deleted on purpose; a baseline or finalist on test; the same
asked what fooled the others; how far everything is done."""

Training: TypeAlias = tuple[str, str | None, int]
"""Names one training of a baseline or finalist: what it is called, the architecture's id, which repeat."""


@final
@dataclass(frozen=True, kw_only=True)
class Extent:
    """How far a study goes.

    Args:
        trials: Architectures to evaluate.
        finalists: Members of the front to confirm.
    """

    trials: int
    finalists: int

    def covers(self, other: "Extent") -> bool:
        """Says whether what ``other`` asks for is part of this."""
        return self.trials >= other.trials and self.finalists >= other.finalists

    def to_record(self) -> dict[str, int]:
        """Returns plain data for the journal."""
        return asdict(self)


@final
@dataclass(frozen=True, kw_only=True)
class Results:
    """The records of a study.

    Args:
        trials: By index.
        teacher: What ``teacher.json`` holds; None before it is ready.
        task: What the texts are, how many, what was left out and cut; None before that is known, and in runs of earlier
            versions.
        reference: The bag of embeddings at search fidelity; None before it is measured.
        finals: Baselines and finalists on test, in the order of their measurement.
        extent: What was last asked for; None before anything was.
        completed: How far everything is done, finals included; None before the first time.
        pruned: Indices of the trials whose weights were deleted on purpose.
    """

    trials: tuple[Trial, ...] = ()
    teacher: Mapping[str, Any] | None = None
    task: Mapping[str, Any] | None = None
    reference: Evaluation | None = None
    finals: tuple[Evaluation, ...] = ()
    extent: Extent | None = None
    completed: Extent | None = None
    pruned: frozenset[int] = frozenset()

    @classmethod
    def from_entries(cls, entries: Sequence[Entry]) -> "Results":
        """Reads a journal's records."""
        return reduce(Results.plus, entries, Results())

    def plus(self, entry: Entry) -> "Results":
        """Returns the records with one more; kinds of later versions change nothing."""
        match entry.kind:
            case "trial":
                trials = sorted([*self.trials, Trial.from_record(entry.data)], key=lambda trial: trial.index)
                return replace(self, trials=tuple(trials))
            case "teacher":
                return replace(self, teacher=entry.data)
            case "task":
                return replace(self, task=entry.data)
            case "reference":
                return replace(self, reference=Evaluation.from_record(entry.data))
            case "final":
                return replace(self, finals=(*self.finals, Evaluation.from_record(entry.data)))
            case "transfer":
                return replace(self, finals=tuple(_with_transfer(item, entry.data) for item in self.finals))
            case "pruned":
                return replace(self, pruned=self.pruned.union(entry.data["trials"]))
            case "extent":
                return replace(self, extent=Extent(**entry.data))
            case "complete":
                return replace(self, completed=Extent(**entry.data))
        return self

    def covers(self, extent: Extent) -> bool:
        """Says whether all of ``extent`` is done."""
        return self.completed is not None and self.completed.covers(extent)

    @cached_property
    def front(self) -> tuple[Trial, ...]:
        """The feasible trials that no other feasible trial dominates."""
        return front(self.trials, DEFAULT_OBJECTIVES)

    @property
    def with_weights(self) -> tuple[Trial, ...]:
        """The trials whose students were written and not pruned since."""
        return tuple(trial for trial in self.trials if trial.details.get("files") and trial.index not in self.pruned)

    def measured(self, candidate: Candidate) -> bool:
        """Says whether a training of a baseline or finalist is on record."""
        return training(candidate) in self._trainings

    @property
    def final_groups(self) -> tuple[tuple[Evaluation, ...], ...]:
        """The trainings of each baseline and finalist, in the order of their first measurement.

        A baseline of another architecture, as after more trials with another best finalist, is a group of its own.
        """
        groups: dict[tuple[str, str | None], list[Evaluation]] = {}
        for item in self.finals:
            groups.setdefault(training(item)[:2], []).append(item)
        return tuple(tuple(group) for group in groups.values())

    @cached_property
    def _trainings(self) -> frozenset[Training]:
        return frozenset(training(item) for item in self.finals)


def training(item: Candidate | Evaluation) -> Training:
    """Names what a candidate asks for and what an evaluation is of, so that the two can be matched."""
    return item.name, item.architecture.architecture_id if item.architecture else None, item.repeat


def _with_transfer(evaluation: Evaluation, record: Mapping[str, Any]) -> Evaluation:
    """Puts what came of others' texts into the details of the model that was asked, in place of an earlier one."""
    if training(evaluation) != (record["name"], record["architecture_id"], record["repeat"]):
        return evaluation
    flags = [flag for flag in evaluation.details.get("flags", ()) if flag["name"] != "transfer_wins"]
    flags += [flag for attack in record["attacks"] for flag in attack["flags"]]
    rest = {name: value for name, value in evaluation.details.items() if name != "flags"}
    transfer = {"among": record["among"], "attacks": record["attacks"]}
    return replace(evaluation, details=rest | ({"flags": flags} if flags else {}) | {"transfer": transfer})


@final
class Recorder:
    """A journal together with what it says so far.

    Args:
        journal: Open for writing.
    """

    def __init__(self, journal: Journal) -> None:
        self.results = Results.from_entries(journal.entries)
        """All that is recorded so far."""
        self._journal = journal

    def record(self, kind: str, data: Mapping[str, Any]) -> None:
        """Writes a record and waits until it is on disk.

        Args:
            kind: What is recorded.
            data: Plain data.

        Raises:
            JournalError: If the disk does not take it.
        """
        self.results = self.results.plus(self._journal.append(kind, data))
