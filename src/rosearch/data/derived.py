"""What is computed once from fetched files and kept beside them; the folder is whole or absent."""

from collections.abc import Callable
from pathlib import Path

from rosearch.core.files import flush_to_disk
from rosearch.data.fetching import cache_folder, cannot_keep, put_in_place, staging_folder


def derived_folder(name: str, key: str, fill: Callable[[Path], None]) -> Path:
    """Returns the folder of a derived thing, computing it if it is not there yet; two processes may ask at once.

    Args:
        name: What the thing is called.
        key: A fingerprint of all that it is computed from, the code's version included.
        fill: Writes its files into an empty folder.

    Raises:
        AssetError: If the cache folder cannot be written.
    """
    root = cache_folder()
    folder = root / f"{name}-{key}"
    if folder.is_dir():
        return folder
    from filelock import FileLock

    try:
        root.mkdir(parents=True, exist_ok=True)
        with FileLock(str(root / f".{name}-{key}.lock")):
            if not folder.is_dir():
                with staging_folder(root, f"{name}-{key}") as staging:
                    files = staging / "files"
                    files.mkdir()
                    fill(files)
                    for path in files.iterdir():
                        flush_to_disk(path)
                    put_in_place(files, folder)
    except OSError as error:
        raise cannot_keep(root, name, error) from error
    return folder
