"""Jobs in processes of their own, and every way in which one can end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rosearch.core.errors import ExecutorError
from rosearch.executors.executor import Executor
from rosearch.executors.job import Job, Outcome
from rosearch.executors.processes import Processes
from rosearch.testing.executor_conformance import ExecutorConformance


class TestProcesses(ExecutorConformance):
    @pytest.fixture
    def executor(self) -> Executor:
        return Processes(workers=2)


def double(number: int) -> int:
    return 2 * number


def kill_itself(_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_itself_once(mark: Path) -> str:
    if not mark.exists():
        mark.touch()
        kill_itself(None)
    return "done"


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def run_out_of_memory(_: Any) -> None:
    raise MemoryError("no more")


def fail(_: Any) -> None:
    raise ArithmeticError("loss is nan")


def a_function_that_cannot_be_sent(_: Any) -> Callable[[], int]:
    return lambda: 0


def outcomes(function: Callable[[Any], Any], payload: Any = None, **settings: Any) -> list[Outcome]:
    jobs = [Job(key="bad", function=function, payload=payload), Job(key="good", function=double, payload=4)]
    return list(Processes(workers=2, **settings).map(jobs))


class TestEnds:
    """One bad job beside a good one: the good one is done whatever becomes of the other."""

    def ends(self, *arguments: Any, **settings: Any) -> Outcome:
        by_key = {outcome.key: outcome for outcome in outcomes(*arguments, **settings)}
        assert by_key["good"].value == 8
        assert by_key["bad"].failed_by_itself
        return by_key["bad"]

    def test_killed(self) -> None:
        end = self.ends(kill_itself)
        assert (end.kind, end.attempts) == ("lost", 2)
        assert "signal 9" in str(end.error)
        assert len(end.earlier) == 1
        assert end.earlier[0].startswith("lost: its process was ended by signal 9")

    def test_out_of_memory(self) -> None:
        end = self.ends(run_out_of_memory, attempts=3)
        assert (end.kind, end.attempts, end.earlier) == ("memory", 3, ("memory: MemoryError: no more",) * 2)

    def test_hanging(self) -> None:
        begun = time.monotonic()
        end = self.ends(sleep, 300.0, deadline_s=3.0, attempts=1)
        assert end.kind == "deadline"
        assert time.monotonic() - begun < 60

    def test_raising_is_not_tried_again(self) -> None:
        end = self.ends(fail)
        assert (end.kind, end.attempts) == ("exception", 1)
        assert end.error == "ArithmeticError: loss is nan"

    def test_a_result_that_cannot_be_sent(self) -> None:
        assert "cannot be sent back" in str(self.ends(a_function_that_cannot_be_sent).error)


def test_a_second_attempt_may_do_it(tmp_path: Path) -> None:
    (outcome,) = Processes(workers=1).map([Job(key="a", function=kill_itself_once, payload=tmp_path / "mark")])
    assert (outcome.kind, outcome.value, outcome.attempts, len(outcome.earlier)) == ("ok", "done", 2, 1)


def test_a_job_that_cannot_be_sent_is_said_so() -> None:
    with pytest.raises(ExecutorError, match="cannot be sent"):
        list(Processes(workers=1).map([Job(key="a", function=double, payload=lambda: 0)]))


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


PARENT = """
import os, sys
from pathlib import Path
from rosearch.executors.job import Job
from rosearch.executors.processes import Processes
from test_processes import write_pid_and_sleep
if __name__ == "__main__":
    list(Processes(workers=2).map([Job(key=str(i), function=write_pid_and_sleep, payload=sys.argv[1]) for i in (0, 1)]))
"""


def write_pid_and_sleep(folder: str) -> None:
    (Path(folder) / f"{os.getpid()}.pid").touch()
    time.sleep(300)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_no_worker_outlives_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    with subprocess.Popen([sys.executable, script, tmp_path], env=environment) as parent:
        end = time.monotonic() + 60
        while len(pids := list(tmp_path.glob("*.pid"))) < 2:
            assert time.monotonic() < end
            time.sleep(0.05)
        parent.kill()
    while any(is_alive(int(path.stem)) for path in pids):
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_workers_end_when_the_caller_stops_listening(tmp_path: Path) -> None:
    jobs = [Job(key="quick", function=double, payload=1)]
    jobs += [Job(key="slow", function=write_pid_and_sleep, payload=str(tmp_path))]
    stream = Processes(workers=2).map(jobs)
    assert next(stream).key == "quick"
    stream.close()
    assert not any(is_alive(int(path.stem)) for path in tmp_path.glob("*.pid"))
