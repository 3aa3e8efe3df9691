"""One job after the other, in this process."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Literal, final

from rosearch.core.errors import ExecutorError
from rosearch.executors.executor import Executor
from rosearch.executors.job import Job, Outcome, carry_out


@final
@dataclass(frozen=True, kw_only=True)
class Serial(Executor):
    """Carries out jobs in this process, in order."""

    kind: Literal["serial"] = "serial"

    def map(self, jobs: Iterable[Job | None]) -> Generator[Outcome, None, None]:
        """Carries out each job before it draws the next; see ``Executor.map``."""
        for job in jobs:
            if job is None:
                raise ExecutorError("the next job waits for an outcome while no job is under way; it would never come")
            yield carry_out(job)
