"""The program in a process of its own, on a terminal of its own, and what it leaves behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("rosearch")


@contextmanager
def started(*arguments: str | Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Runs the program in a process group of its own, as a terminal does, which does not outlive the block."""
    process = subprocess.Popen(
        [PROGRAM, *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
        # Whoever runs the tests in the background ignores Ctrl-C, and children would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(condition: Callable[[], bool], *, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.02)


def descendants(pid: int) -> set[int]:
    """Returns the processes that a process has begun, and those that they have begun."""
    found: set[int] = set()
    new = {pid}
    while new:
        new = {child for parent in new for child in _children(parent)} - found
        found |= new
    return found


def alive(pids: set[int]) -> set[int]:
    """Returns those that still run; one that has ended and waits to be noticed does not."""
    return {pid for pid in pids if _state(pid) not in (None, "Z")}


def in_terminal(*arguments: str | Path, **environment: str) -> tuple[int, str]:
    """Runs the program on a terminal of its own, 80 columns wide; returns its exit code and all it wrote."""
    import pty

    surroundings = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [PROGRAM, *arguments],
        env={**surroundings, "TERM": "xterm-256color", **environment},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    written = bytearray()
    try:
        while block := os.read(ours, 1 << 16):
            written += block
    except OSError:
        pass  # how Linux says that the other end is closed
    finally:
        os.close(ours)
    return process.wait(timeout=60), written.decode(errors="replace")


def _children(pid: int) -> set[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return {int(child) for task in tasks for child in (task / "children").read_text().split()}
    except OSError:
        return set()


def _state(pid: int) -> str | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return None
