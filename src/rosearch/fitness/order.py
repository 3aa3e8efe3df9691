"""One evaluation as a job for an executor. No torch until it is carried out."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from rosearch.core.events import Listener, ignore
from rosearch.fitness.evaluation import Candidate, Evaluation
from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.precedents import NO_PRECEDENTS, Precedents

if TYPE_CHECKING:
    from rosearch.fitness.workbench import Workbench


@final
@dataclass(frozen=True, kw_only=True)
class Order:
    """What to evaluate, where and how thoroughly.

    Args:
        workbench: Does it.
        candidate: What to evaluate.
        fidelity: How thoroughly.
        folder: Where the student and the results of each text are written; None writes nothing.
        precedents: What shortcuts may know of earlier trials.
        listener: Hears the progress.
    """

    workbench: "Workbench"
    candidate: Candidate
    fidelity: Fidelity
    folder: Path | None = None
    precedents: Precedents = NO_PRECEDENTS
    listener: Listener = ignore

    def __getstate__(self) -> dict[str, Any]:
        # A listener speaks to this process's terminal; another process works in silence.
        return {**self.__dict__, "listener": ignore}


def fulfil(order: Order) -> Evaluation:
    """Carries out an order; a function of a module, so that any executor can call it."""
    return order.workbench.evaluate(
        order.candidate, order.fidelity, folder=order.folder, precedents=order.precedents, listener=order.listener
    )
