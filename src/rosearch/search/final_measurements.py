"""Trains and measures candidates at full fidelity, and records each; what is on record is not done again."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, final

from rosearch.core.errors import ExecutorError
from rosearch.core.events import Listener
from rosearch.executors.job import Job
from rosearch.fitness.evaluation import Candidate, Evaluation
from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.order import Order, fulfil
from rosearch.fitness.precedents import NO_PRECEDENTS, Precedents
from rosearch.search.events import FinalRecorded, Labelled
from rosearch.search.failures import FailureWatch
from rosearch.search.final_stage import FinalStage
from rosearch.search.results import FINAL

if TYPE_CHECKING:
    from rosearch.fitness.workbench import Workbench


def order(
    workbench: "Workbench",
    candidate: Candidate,
    fidelity: Fidelity,
    folder: Path,
    *,
    label: str,
    listener: Listener,
    precedents: Precedents = NO_PRECEDENTS,
) -> Order:
    """Returns an evaluation to be carried out in a folder that is emptied now.

    Args:
        workbench: Does it.
        candidate: What to evaluate.
        fidelity: How thoroughly.
        folder: Where files are written. It is not on record, so whatever lies there was left by a kill.
        label: What people call it.
        listener: Hears the progress.
        precedents: What shortcuts may know of earlier trials.
    """
    shutil.rmtree(folder, ignore_errors=True)
    listener = Labelled(label=label, listener=listener)
    return Order(
        workbench=workbench,
        candidate=candidate,
        fidelity=fidelity,
        folder=folder,
        precedents=precedents,
        listener=listener,
    )


@final
@dataclass(frozen=True, kw_only=True)
class FinalMeasurements:
    """Measures models on test.

    Args:
        stage: Who works, and where it is written down.
        fidelity: How thoroughly.
    """

    stage: FinalStage
    fidelity: Fidelity

    def carry_out(self, wanted: Sequence[Candidate]) -> None:
        """Measures all that is not on record; a candidate that fails keeps no other from being measured.

        Args:
            wanted: What is to be on record in the end.

        Raises:
            InputError: If something that the user gave is wrong.
            ExecutorError: If a measurement failed.
        """
        missing = [candidate for candidate in wanted if not self.stage.recorder.results.measured(candidate)]
        done = len(wanted) - len(missing)
        self.stage.advance("finals", done, len(wanted))
        watch = FailureWatch()
        failed: list[str] = []
        with closing(self.stage.executor.map(self._jobs(missing))) as outcomes:
            for outcome in outcomes:
                label = self.stage.label(missing[int(outcome.key)])
                if outcome.failed_by_itself:
                    failed.append(f"{label}: {outcome.error}")
                else:
                    evaluation: Evaluation = outcome.require()
                    self.stage.recorder.record(FINAL, evaluation.to_record())
                    done += 1
                    self.stage.listener(FinalRecorded(evaluation=evaluation, label=label, done=done, total=len(wanted)))
                    self.stage.advance("finals", done, len(wanted))
                watch.see(outcome.error, trace=outcome.trace)
        if failed:
            lines = "\n".join(f"  {line}" for line in failed)
            raise ExecutorError(
                f"{len(failed)} of {len(wanted)} measurements on test failed; the others are on record, and the same "
                f"command tries these again:\n{lines}"
            )

    def _jobs(self, candidates: Sequence[Candidate]) -> Iterator[Job]:
        for number, candidate in enumerate(candidates):
            if self.stage.stop():
                return
            payload = order(
                self.stage.workbench,
                candidate,
                self.fidelity,
                self.stage.folder(candidate),
                label=self.stage.label(candidate),
                listener=self.stage.listener,
            )
            yield Job(key=str(number), function=fulfil, payload=payload)
