"""Ctrl-C reaches every process of a terminal; which of them heed it is for the one in front to say."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def sheltered_children() -> Iterator[None]:
    """Lets processes be spawned that never see Ctrl-C: what becomes of them is their parent's to say.

    A Ctrl-C during the block reaches this process at its end. Where signals cannot be held back, as on Windows, the
    block does nothing.

    Yields:
        Nothing.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    # It begins together with the first spawned process otherwise, and would let signals through.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
