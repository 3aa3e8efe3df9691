"""The protocol of everything that carries out jobs."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable
from typing import ClassVar

from rosearch.core.component import Component
from rosearch.executors.job import Job, Outcome


class Executor(Component, ABC):
    """Carries out jobs. Holds configuration; what it starts, it ends before ``map`` returns or is closed."""

    family: ClassVar[str] = "executor"
    members: ClassVar[tuple[str, ...]] = ("rosearch.executors.serial", "rosearch.executors.processes")

    @property
    def slots(self) -> int:
        """Jobs that can be under way at a time."""
        return 1

    @abstractmethod
    def map(self, jobs: Iterable[Job | None]) -> Generator[Outcome, None, None]:
        """Carries out jobs and gives their outcomes as they complete.

        Args:
            jobs: Drawn one at a time, whenever there is room for one more and never earlier, so that a job may depend
                on outcomes given before. None says that the next job has to wait for another outcome.

        Yields:
            One outcome for each job, a failure included; an interrupt by the user passes.

        Raises:
            ExecutorError: If ``jobs`` waits while no job is under way.
        """
