"""Disks with a fault: a small one that fills up, and one that can only be read.

They are mounted where this process may mount. Elsewhere a limit on the size of files stands for the small disk, and
permissions, or a place that is no folder, for the other.
"""

import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path


class SmallDisk:
    """A folder on a disk with little room.

    Args:
        path: The folder.
        mounted: Whether it is a disk of its own; else files in general cannot grow while it is full.
    """

    def __init__(self, path: Path, *, mounted: bool) -> None:
        self.path = path
        self._mounted = mounted
        self._ballast = path / ".ballast"
        self._limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self, *, but: int) -> None:
        """Leaves room for ``but`` bytes, in whole pages."""
        if self._mounted:
            self._ballast.unlink(missing_ok=True)
            self._ballast.write_bytes(bytes(max(0, shutil.disk_usage(self.path).free - but)))
        else:
            resource.setrlimit(resource.RLIMIT_FSIZE, (but, self._limits[1]))

    def free(self) -> None:
        """Gives the room back."""
        self._ballast.unlink(missing_ok=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, self._limits)


@contextmanager
def small_disk(path: Path, *, size: int) -> Iterator[SmallDisk]:
    """Gives a disk of so many bytes for a block.

    Args:
        path: Where it shall be.
        size: In bytes.

    Yields:
        The disk, empty.
    """
    path.mkdir()
    with ExitStack() as stack:
        mounted = _mounted(stack, path, "-t", "tmpfs", "-o", f"size={size}", "tmpfs")
        disk = SmallDisk(path, mounted=mounted)
        stack.callback(disk.free)
        if not mounted:
            disk.fill(but=size)
        yield disk


@contextmanager
def read_only(path: Path) -> Iterator[Path]:
    """Makes a folder one that cannot be written to for a block.

    Args:
        path: The folder.

    Yields:
        The folder, or where nothing keeps this process from writing, a place that no folder can have.
    """
    with ExitStack() as stack:
        if _mounted(stack, path, "--bind", str(path)):
            subprocess.run(["mount", "-o", "remount,bind,ro", str(path)], check=True)
        else:
            path.chmod(0o555)
            stack.callback(path.chmod, 0o755)
        probe = path / ".probe"
        try:
            probe.touch()
        except OSError:
            yield path
            return
        with suppress(OSError):
            probe.rename(path.with_name("no-folder"))
        yield path.with_name("no-folder") / path.name


def _mounted(stack: ExitStack, path: Path, *arguments: str) -> bool:
    try:
        subprocess.run(["mount", *arguments, str(path)], capture_output=True, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        return False
    stack.callback(subprocess.run, ["umount", "--lazy", str(path)], check=True)
    return True
