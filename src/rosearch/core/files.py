"""Files that are either whole or absent: written beside their place, flushed, renamed."""

import errno
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rosearch.core.errors import StorageError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Gives a temporary path in the folder of ``path`` and renames it to ``path`` on success.

    Args:
        path: Where the file shall stand; its folder is made if needed.

    Yields:
        The temporary path to write to; it is removed when the block raises.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        flush_to_disk(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def is_full(error: OSError) -> bool:
    """Says whether an operation failed because the disk, a quota or a file's size limit leaves no room."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def is_of_the_disk(error: OSError) -> bool:
    """Says whether an operation failed because of the disk or of leave to use it, rather than of what was asked."""
    return is_full(error) or error.errno in (errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO)


def stopped_by(error: OSError, path: Path) -> StorageError:
    """Returns what to raise where the disk stops a piece of work that goes on later from what is kept.

    Args:
        error: What the system said.
        path: The folder of the work.
    """
    place = f" ({error.filename})" if error.filename else ""
    remedy = "Free some space" if is_full(error) else "See to it that this folder can be written"
    return StorageError(
        f"{path}: {error.strerror or error}{place}. All that is on record there is kept. {remedy}, and run the same "
        "command: it goes on from there."
    )


def flush_to_disk(path: Path) -> None:
    """Asks the system to put the file's bytes on disk, so that a rename never outruns them."""
    with path.open("rb") as handle:
        os.fsync(handle.fileno())


def write_text(path: Path, text: str) -> None:
    """Writes ``text`` as UTF-8, whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_array(path: Path, array: "NDArray[Any]") -> None:
    """Writes an array as ``.npy`` without pickle, whole or not at all."""
    import numpy as np

    # By way of memory: numpy's own writing to a file does not say why it failed.
    content = io.BytesIO()
    np.save(content, array, allow_pickle=False)
    with whole_file(path) as temporary:
        temporary.write_bytes(content.getbuffer())


def write_json(path: Path, data: Any, *, default: Callable[[Any], Any] | None = None) -> None:
    """Writes ``data`` as indented JSON, whole or not at all."""
    write_text(path, json.dumps(data, indent=2, ensure_ascii=False, default=default) + "\n")


def read_json(path: Path) -> Any:
    """Reads a JSON file in UTF-8."""
    return json.loads(path.read_text(encoding="utf-8"))
