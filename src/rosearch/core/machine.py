"""What this process may use of its machine."""

import os


def usable_cores() -> int:
    """Returns how many cores this process may use, which a scheduler or container can set below the machine's."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
