"""What all work on baselines and finalists shares."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, final

from rosearch.core.events import Listener, Progress
from rosearch.executors.executor import Executor
from rosearch.fitness.evaluation import Candidate
from rosearch.search.results import Recorder

if TYPE_CHECKING:
    from rosearch.fitness.workbench import Workbench


@final
@dataclass(frozen=True, kw_only=True)
class FinalStage:
    """Who works, where it is written down, and who hears of it.

    Args:
        workbench: Trains and measures; has the teacher.
        executor: Carries out the jobs.
        recorder: Writes the journal.
        folder: Where the files of a candidate are.
        label: What people call a candidate.
        listener: Hears the progress.
        stop: Asked between jobs; True ends the work after what is under way.
    """

    workbench: "Workbench"
    executor: Executor
    recorder: Recorder
    folder: Callable[[Candidate], Path]
    label: Callable[[Candidate], str]
    listener: Listener
    stop: Callable[[], bool]

    def advance(self, stage: str, done: int, total: int) -> None:
        """Tells how many models are done."""
        self.listener(Progress(stage=stage, done=done, total=total, unit="models"))
