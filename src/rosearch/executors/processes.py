"""Several jobs at a time, each in a process of its own that outlives neither the call nor its parent."""

from collections import deque
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Literal, final

from rosearch.core.errors import ExecutorError
from rosearch.core.machine import usable_cores
from rosearch.executors.executor import Executor
from rosearch.executors.job import Job, Outcome
from rosearch.executors.worker import Worker

RETRIED = ("lost", "memory", "deadline", "system")
"""Outcomes that another attempt may better; an exception of the job itself comes again."""


@final
@dataclass(frozen=True, kw_only=True)
class Processes(Executor):
    """Carries out jobs in processes of this machine.

    Processes are spawned: a script that uses this keeps its own work under ``if __name__ == "__main__":``. Progress
    within a job is not heard; its outcome is.

    Args:
        workers: Processes; 0 takes as many as this process may use cores. Those beyond ``search.window`` stay idle.
        deadline_s: A job that takes longer is ended, in seconds.
        attempts: How often a job is begun whose process is lost, runs out of memory or hangs.

    Raises:
        ValueError: If a number does not fit.
    """

    kind: Literal["processes"] = "processes"
    workers: int = 0
    deadline_s: float = 3600.0
    attempts: int = 2

    def __post_init__(self) -> None:
        if self.workers < 0:
            raise ValueError("workers must not be negative; 0 takes all cores")
        if self.deadline_s <= 0 or self.attempts < 1:
            raise ValueError("deadline_s must be positive and attempts at least 1")

    @property
    def slots(self) -> int:
        """Jobs that can be under way at a time."""
        return self.workers or usable_cores()

    def map(self, jobs: Iterable[Job | None]) -> Generator[Outcome, None, None]:
        """Carries out up to ``slots`` jobs at a time; see ``Executor.map``."""
        source, again = iter(jobs), deque[_Attempt]()
        with closing(_Workers(self)) as workers:
            while True:
                waits = False
                while workers.room and not waits:
                    attempt = again.popleft() if again else _next(source)
                    if attempt is None:
                        break
                    waits = attempt.job is None
                    if attempt.job is not None:
                        workers.begin(attempt)
                if not workers.busy:
                    if waits:
                        raise ExecutorError(
                            "the next job waits for an outcome while no job is under way; it would never come"
                        )
                    return
                for attempt, outcome in workers.finished():
                    if outcome.kind in RETRIED and attempt.number < self.attempts:
                        again.append(attempt.after(outcome))
                    else:
                        yield replace(outcome, attempts=attempt.number, earlier=attempt.earlier)


@final
@dataclass(frozen=True)
class _Attempt:
    """A job with the causes of the attempts before; without a job, the wish to wait."""

    job: Job | None
    earlier: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        return len(self.earlier) + 1

    def after(self, outcome: Outcome) -> "_Attempt":
        return _Attempt(self.job, (*self.earlier, f"{outcome.kind}: {outcome.error}"))


def _next(source: "Iterable[Job | None]") -> _Attempt | None:
    for job in source:
        return _Attempt(job)
    return None


@final
class _Workers:
    """The processes of one call: begun when first needed, replaced when lost, ended on closing."""

    def __init__(self, executor: Processes) -> None:
        self._executor = executor
        self._idle: list[Worker] = []
        self.busy: dict[Worker, _Attempt] = {}

    @property
    def room(self) -> bool:
        return len(self.busy) < self._executor.slots

    def begin(self, attempt: _Attempt) -> None:
        assert attempt.job is not None  # noqa: S101  # the caller waits where there is none
        worker = self._idle.pop() if self._idle else Worker()
        self.busy[worker] = attempt
        worker.begin(attempt.job, deadline_s=self._executor.deadline_s)

    def finished(self) -> list[tuple[_Attempt, Outcome]]:
        """Waits until at least one job has ended."""
        done = []
        for worker, outcome in Worker.wait(tuple(self.busy)):
            done.append((self.busy.pop(worker), outcome))
            if worker.alive:
                self._idle.append(worker)
        return done

    def close(self) -> None:
        for worker in (*self._idle, *self.busy):
            worker.end()
