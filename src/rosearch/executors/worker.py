"""A process that does one job after the other, as its parent sees it and from the inside."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from typing import final

from rosearch.core.errors import ExecutorError
from rosearch.core.interrupts import sheltered_children
from rosearch.executors.job import Job, Outcome, OutcomeKind, carry_out

_LIKELY_OUT_OF_MEMORY = getattr(signal, "SIGKILL", 9)


@final
class Worker:
    """A spawned process: a forked one would share its parent's locks and threads."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        with sheltered_children():
            self._process.start()
        theirs.close()
        self._key, self._begun_s, self._end_s, self._deadline_s = "", 0.0, 0.0, 0.0
        self.alive = True
        """Whether it can be given another job."""

    def begin(self, job: Job, *, deadline_s: float) -> None:
        """Sends a job.

        Args:
            job: What to do; another process must be able to import its function and read its payload.
            deadline_s: When it is to be ended, in seconds from now.

        Raises:
            ExecutorError: If the job cannot be sent.
        """
        self._key, self._begun_s, self._deadline_s = job.key, time.monotonic(), deadline_s
        self._end_s = self._begun_s + deadline_s
        try:
            self._connection.send(job)
        except (BrokenPipeError, ConnectionResetError):
            return  # lost meanwhile, which waiting for its outcome finds
        except Exception as error:
            raise ExecutorError(f"job {job.key!r} cannot be sent to another process: {error}") from error

    @staticmethod
    def wait(workers: Sequence["Worker"]) -> list[tuple["Worker", Outcome]]:
        """Waits until the jobs of some workers have ended.

        Args:
            workers: Those that have a job; at least one.

        Returns:
            Each such worker with its job's outcome.
        """
        while True:
            first_s = min(worker._end_s for worker in workers)
            ready = wait([worker._connection for worker in workers], timeout=max(0.0, first_s - time.monotonic()))
            done = [(worker, worker._outcome()) for worker in workers if worker._connection in ready]
            late = [worker for worker in workers if worker._connection not in ready and worker._is_late]
            done += [(worker, worker._hung()) for worker in late]
            if done:
                return done

    def end(self) -> None:
        """Ends the process, whatever it does."""
        self.alive = False
        self._process.kill()
        self._process.join()
        self._connection.close()

    @property
    def _is_late(self) -> bool:
        return time.monotonic() >= self._end_s

    def _outcome(self) -> Outcome:
        try:
            outcome: Outcome = self._connection.recv()
        except (EOFError, ConnectionResetError):
            self._process.join()
            code = self._process.exitcode or 0
            self.end()
            how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
            hint = "; the system does this where memory runs out" if -code == _LIKELY_OUT_OF_MEMORY else ""
            return self._failure("lost", f"its process {how}{hint}")
        return replace(outcome, key=self._key)

    def _hung(self) -> Outcome:
        self.end()
        return self._failure("deadline", f"not done after {self._deadline_s:g} s")

    def _failure(self, kind: OutcomeKind, error: str) -> Outcome:
        seconds = time.monotonic() - self._begun_s
        return Outcome(key=self._key, kind=kind, error=error, seconds=seconds)


def _serve(connection: Connection) -> None:
    """Does jobs until the parent closes the connection or dies."""
    # Where it could not be sheltered from Ctrl-C when it was spawned.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Threads that wait for a core must not burn another worker's; read when torch is first imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            outcome = carry_out(connection.recv())
        except (EOFError, ConnectionResetError):
            return
        except Exception as error:
            # What arrived could not be read; the parent knows which job it sent.
            outcome = Outcome(key="", kind="exception", error=f"{type(error).__name__}: {error}")
        _send(connection, outcome)


def _send(connection: Connection, outcome: Outcome) -> None:
    try:
        connection.send(outcome)
    except (BrokenPipeError, ConnectionResetError):
        return
    except Exception as error:
        reason = f"its result cannot be sent back: {error}"
        connection.send(Outcome(key=outcome.key, kind="exception", error=reason, seconds=outcome.seconds))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
