"""What a study records of each architecture: the proposal, the trial, and what counts as better."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self, final

from rosearch.core.errors import JournalError
from rosearch.space.architecture import Architecture

Status = Literal["done", "failed"]


@final
@dataclass(frozen=True, kw_only=True)
class Objective:
    """One direction in which trials are compared.

    Args:
        name: The metric, such as ``"robustness"``.
        direction: ``"max"`` or ``"min"``.
        scale: ``"log"`` compares ratios; the metric must then be positive.
        epsilon: Differences within one box of this width are noise, in the metric's unit (natural logarithm for
            ``"log"``); 0 compares exactly.

    Raises:
        ValueError: If ``epsilon`` is negative or not finite.
    """

    name: str
    direction: Literal["max", "min"]
    scale: Literal["linear", "log"] = "linear"
    epsilon: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.epsilon < math.inf:
            raise ValueError(f"epsilon must be finite and not negative, got {self.epsilon}")


@final
@dataclass(frozen=True, kw_only=True)
class Proposal:
    """An architecture to be tried, and what it came from.

    Args:
        index: Its number in the study, from 0.
        architecture: What to build.
        operator: How it was made: ``"random"``, ``"crossover"`` or the name of a mutation.
        parents: Indices of the trials it was made from, all among the trials seen.
        seen: How many trials the strategy was shown.
    """

    index: int
    architecture: Architecture
    operator: str
    parents: tuple[int, ...] = ()
    seen: int = 0

    def to_record(self) -> dict[str, Any]:
        """Returns plain data for the journal."""
        return {
            "index": self.index,
            "architecture_id": self.architecture.architecture_id,
            "architecture": self.architecture.to_json(),
            "operator": self.operator,
            "parents": list(self.parents),
            "seen": self.seen,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Rebuilds a proposal.

        Args:
            record: What ``to_record`` gave.

        Raises:
            JournalError: If a field is missing, or the architecture no longer has the id that was recorded.
        """
        try:
            architecture = Architecture.from_json(record["architecture"])
            recorded = record["architecture_id"]
            proposal = cls(
                index=record["index"],
                architecture=architecture,
                operator=record["operator"],
                parents=tuple(record["parents"]),
                seen=record["seen"],
            )
        except KeyError as error:
            raise _lacks("proposal", error) from None
        if architecture.architecture_id != recorded:
            raise JournalError(
                f"proposal {proposal.index}: its architecture was recorded as {recorded} and is now "
                f"{architecture.architecture_id}. Open the run with the version of rosearch that wrote it."
            )
        return proposal


@final
@dataclass(frozen=True, kw_only=True)
class Trial:
    """One proposed architecture with what was measured, or with its failure.

    Args:
        proposal: What was tried.
        status: ``"done"``, or ``"failed"`` with an ``error``.
        metrics: Figures by name: accuracies as shares, ``robustness`` (mean of the budget curve), ``parameters``, ...
        violation: How far the hard constraints are missed; 0 for a feasible trial.
        error: What went wrong, for a failed trial.
        seconds: Wall time.
        details: Plain data beside the figures, such as the budget curve.

    Raises:
        ValueError: If a metric or the violation is not a finite number, or ``error`` does not fit ``status``.
    """

    proposal: Proposal
    status: Status = "done"
    metrics: Mapping[str, float] = field(default_factory=dict)
    violation: float = 0.0
    error: str | None = None
    seconds: float = 0.0
    details: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # NumPy scalars would not pass JSON, and a later change by the caller must not reach the record.
        object.__setattr__(self, "metrics", {name: float(value) for name, value in self.metrics.items()})
        bad = [name for name, value in self.metrics.items() if not math.isfinite(value)]
        if bad:
            raise ValueError(f"trial {self.index}: metrics must be finite numbers; not so: {', '.join(sorted(bad))}")
        if not 0 <= self.violation < math.inf:
            raise ValueError(f"trial {self.index}: violation must be finite and not negative, got {self.violation}")
        if (self.status == "failed") != (self.error is not None):
            raise ValueError(f"trial {self.index}: a failed trial has an error, and only a failed one")

    @property
    def index(self) -> int:
        """The number of the trial in its study, from 0."""
        return self.proposal.index

    @property
    def architecture(self) -> Architecture:
        """What was built."""
        return self.proposal.architecture

    @property
    def feasible(self) -> bool:
        """Whether the trial was carried out and meets the hard constraints."""
        return self.status == "done" and self.violation == 0

    @property
    def robust_accuracy(self) -> float:
        """Accuracy under attack, as a share of all examples."""
        return self.metric("robust_accuracy")

    @property
    def robustness(self) -> float:
        """Mean of the budget curve, as a share of all examples."""
        return self.metric("robustness")

    @property
    def accuracy(self) -> float:
        """Accuracy on unchanged text, as a share."""
        return self.metric("accuracy")

    @property
    def shortcuts(self) -> tuple[str, ...]:
        """The kinds of what was left out of its attacks; figures of other ones are other figures."""
        return tuple(self.details.get("shortcuts", ()))

    def metric(self, name: str) -> float:
        """Returns a figure by name.

        Args:
            name: Such as ``"robust_accuracy"``.

        Raises:
            KeyError: If the trial has no such figure; the message names those there are.
        """
        if name not in self.metrics:
            known = ", ".join(sorted(self.metrics)) or "none"
            raise KeyError(f"trial {self.index} ({self.status}) has no metric {name!r}; it has: {known}")
        return self.metrics[name]

    def to_record(self) -> dict[str, Any]:
        """Returns plain data for the journal."""
        return {
            "proposal": self.proposal.to_record(),
            "status": self.status,
            "metrics": dict(self.metrics),
            "violation": float(self.violation),
            "error": self.error,
            "seconds": float(self.seconds),
            "details": dict(self.details),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Rebuilds a trial.

        Args:
            record: What ``to_record`` gave.

        Raises:
            JournalError: If a field is missing.
        """
        try:
            return cls(
                proposal=Proposal.from_record(record["proposal"]),
                status=record["status"],
                metrics=record["metrics"],
                violation=record["violation"],
                error=record["error"],
                seconds=record["seconds"],
                details=record["details"],
            )
        except KeyError as error:
            raise _lacks("trial", error) from None


def _lacks(what: str, error: KeyError) -> JournalError:
    return JournalError(
        f"a record of a {what} lacks {error.args[0]!r}. Open the run with the version of rosearch that wrote it."
    )
