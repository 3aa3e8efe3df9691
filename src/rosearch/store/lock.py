"""One writer for a run directory: a lock that the system takes back when its holder dies, however it dies."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rosearch.core.errors import LockError
from rosearch.core.files import read_json, write_json


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds the lock at ``path`` for a block.

    Who holds it stands in a file beside it, as the locked file itself cannot be read on every system. A process
    forked inside the block shares the lock and keeps it alive: workers are to be spawned.

    Args:
        path: The lock file; its folder is made if needed.

    Yields:
        Nothing.

    Raises:
        LockError: If another process holds it; the message names its number and host.
    """
    from filelock import FileLock, Timeout

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise LockError(
            f"{path.parent}: {_holder(path)} is writing to this run directory. Wait for it or stop it; "
            "reading commands work meanwhile."
        ) from None
    try:
        write_json(_holder_path(path), {"pid": os.getpid(), "host": socket.gethostname()})
        yield
    finally:
        _holder_path(path).unlink(missing_ok=True)
        lock.release()


def is_held(path: Path) -> bool:
    """Says whether some process holds the lock at ``path``; a holder that was killed holds nothing."""
    from filelock import FileLock, Timeout

    if not _holder_path(path).exists():
        return False
    try:
        with FileLock(path).acquire(blocking=False):
            return False
    except Timeout:
        return True
    except OSError:
        # A folder that can only be read: nobody writes there, as far as this process can see.
        return False


def _holder(path: Path) -> str:
    try:
        holder = read_json(_holder_path(path))
        return f"process {holder['pid']} on {holder['host']}"
    except (OSError, json.JSONDecodeError, KeyError):
        return "another process"


def _holder_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")
