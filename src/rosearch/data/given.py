"""A task that a program handed over as an object: a configuration can name it, but not load it."""

from dataclasses import dataclass
from typing import Literal, final

from rosearch.core.errors import TaskError
from rosearch.core.events import Listener, ignore
from rosearch.data.task import Task, TaskSource


@final
@dataclass(frozen=True, kw_only=True)
class Given(TaskSource):
    """Stands in run.toml for a `Task` object.

    Args:
        name: The task's.
        fingerprint: The task's.
    """

    kind: Literal["given"] = "given"
    name: str
    fingerprint: str

    def load(self, listener: Listener = ignore) -> Task:  # noqa: ARG002 - the signature of every source
        """Cannot: the texts are not on record.

        Args:
            listener: Hears nothing.

        Raises:
            TaskError: Always; it says how to resume such a run.
        """
        raise TaskError(
            f"The task {self.name!r} was given to Study as an object and is not on disk. "
            "Resume from the program that made it: Study(task=..., run_dir=...).run(...); "
            "to attack a student of the run, give labelled texts with --data."
        )
