"""A job, and what became of it."""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, final

from rosearch.core.errors import ExecutorError, InputError
from rosearch.core.files import is_of_the_disk

OutcomeKind = Literal["ok", "exception", "input", "system", "lost", "memory", "deadline"]


@final
@dataclass(frozen=True, kw_only=True)
class Job:
    """A piece of work that any process can do.

    Args:
        key: Names it among the jobs of a call.
        function: A function of a module, so that another process can import it.
        payload: Its only argument; plain data where another process does the work.
    """

    key: str
    function: Callable[[Any], Any]
    payload: Any = None


@final
@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a job; a failure is an outcome like any other.

    Args:
        key: The job's.
        kind: ``"ok"``; ``"exception"`` where the job itself failed; ``"input"`` where what the user gave is wrong and
            ``"system"`` where files, disk or network failed: neither says anything about the job; ``"lost"`` where its
            process died, ``"memory"`` where memory ran out, ``"deadline"`` where it took too long.
        value: What the function returned, where ``kind`` is ``"ok"``.
        error: What went wrong, in words, where it failed.
        trace: Where the exception came from, for the log.
        attempts: How often the job was begun.
        earlier: The causes for which earlier attempts failed, in order.
        seconds: Wall time of the last attempt.
        cause: What the system said, where ``kind`` is ``"system"``.
    """

    key: str
    kind: OutcomeKind
    value: Any = None
    error: str | None = None
    trace: str = ""
    attempts: int = 1
    earlier: tuple[str, ...] = ()
    seconds: float = 0.0
    cause: OSError | None = None

    @property
    def failed_by_itself(self) -> bool:
        """Whether the job is to blame, so that doing it again would fail again."""
        return self.kind in ("exception", "lost", "memory", "deadline")

    def require(self) -> Any:
        """Returns the value.

        Raises:
            InputError: If what the user gave is wrong.
            OSError: If the disk is full or fails.
            ExecutorError: If the job failed in another way.
        """
        if self.kind == "ok":
            return self.value
        error: Exception
        if self.kind == "input":
            error = InputError(self.error)
        elif self.cause is not None and is_of_the_disk(self.cause):
            error = OSError(self.cause.errno, self.cause.strerror, self.cause.filename)
        else:
            error = ExecutorError(f"job {self.key!r} failed after {self.attempts} attempt(s): {self.error}")
        error.add_note(self.trace)
        raise error


def carry_out(job: Job) -> Outcome:
    """Does a job in this process and turns an exception into an outcome.

    Args:
        job: What to do.

    Returns:
        Its outcome. ``KeyboardInterrupt`` and ``SystemExit`` are no failures of the job and pass.
    """
    start = time.perf_counter()
    try:
        value = job.function(job.payload)
    except Exception as error:
        kind = _kind(error)
        return Outcome(
            key=job.key,
            kind=kind,
            error=str(error) if kind == "input" else f"{type(error).__name__}: {error}",
            trace=traceback.format_exc(),
            cause=error if isinstance(error, OSError) and kind == "system" else None,
            seconds=time.perf_counter() - start,
        )
    return Outcome(key=job.key, kind="ok", value=value, seconds=time.perf_counter() - start)


def _kind(error: Exception) -> OutcomeKind:
    if isinstance(error, InputError):
        return "input"
    if isinstance(error, MemoryError) or _is_out_of_memory(error):
        return "memory"
    return "system" if isinstance(error, OSError) else "exception"


def _is_out_of_memory(error: Exception) -> bool:
    """Knows torch's errors by name and text; this layer imports no torch, and the CPU's allocator has no class."""
    return type(error).__name__ == "OutOfMemoryError" or "can't allocate memory" in str(error)
