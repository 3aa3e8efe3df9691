"""What a run directory's journal says: trials, front, reference, finals. Reading only; no torch, no lock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, final

from rosearch.fitness.evaluation import Evaluation
from rosearch.search.pareto import front
from rosearch.search.strategy import DEFAULT_OBJECTIVES
from rosearch.store.journal import Entry
from rosearch.store.records import Trial

TEACHER, REFERENCE, FINAL, COMPLETE = "teacher", "reference", "final", "complete"
"""Kinds of journal entries beside trials: the prepared teacher; the bag of embeddings at search fidelity; a baseline or
finalist on test; the end of all that was asked for."""


@final
@dataclass(frozen=True, kw_only=True)
class Results:
    """The records of a study.

    Args:
        trials: By index.
        teacher: What ``teacher.json`` holds; None before it is ready.
        reference: The bag of embeddings at search fidelity; None before it is measured.
        finals: Baselines and finalists on test, in the order of their measurement.
        completed: What was asked for when everything was last done; None before.
    """

    trials: tuple[Trial, ...] = ()
    teacher: dict[str, Any] | None = None
    reference: Evaluation | None = None
    finals: tuple[Evaluation, ...] = ()
    completed: Mapping[str, int] | None = None

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
            case "reference":
                return replace(self, reference=Evaluation.from_record(entry.data))
            case "final":
                return replace(self, finals=(*self.finals, Evaluation.from_record(entry.data)))
            case "complete":
                return replace(self, completed=entry.data)
        return self

    def covers(self, *, trials: int, finalists: int) -> bool:
        """Says whether everything that is asked for was done before."""
        return self.completed == {"trials": trials, "finalists": finalists}

    @property
    def front(self) -> tuple[Trial, ...]:
        """The feasible trials that no other feasible trial dominates."""
        return front(self.trials, DEFAULT_OBJECTIVES)

    def final(self, name: str, repeat: int) -> Evaluation | None:
        """Returns one training of a baseline or finalist; None where it is not recorded."""
        found = (item for item in self.finals if item.name == name and item.repeat == repeat)
        return next(found, None)

    @property
    def final_names(self) -> tuple[str, ...]:
        """The names of baselines and finalists, in the order of their measurement."""
        return tuple(dict.fromkeys(item.name for item in self.finals))

    def repeats_of(self, name: str) -> tuple[Evaluation, ...]:
        """Returns all trainings of a baseline or finalist."""
        return tuple(item for item in self.finals if item.name == name)
