"""Memory and disk that a process or a student takes."""

import os
import sys
from pathlib import Path


def peak_memory_bytes() -> int:
    """Returns the largest resident set that this process has had so far, in bytes; 0 where the system cannot tell."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts kibibytes, macOS bytes.
    return peak if sys.platform == "darwin" else peak * 1024


def bytes_on_disk(folder: Path) -> int:
    """Returns the size of all files below ``folder``, in bytes, leaving out what another process deletes meanwhile."""
    return sum(_size(Path(root) / name) for root, _, names in os.walk(folder) for name in names)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
