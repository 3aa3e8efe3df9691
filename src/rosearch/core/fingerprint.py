"""Names made from content: equal content, equal name, on every machine."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def canonical_json(data: Any) -> str:
    """Renders data as JSON with sorted keys and no spaces, the same text for the same content."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def fingerprint(data: Any, *, length: int = 16) -> str:
    """Hashes JSON-like data or a dataclass with SHA-256.

    Args:
        data: What to name; dataclasses, tuples and paths are allowed inside.
        length: Hexadecimal digits to keep.
    """
    return hashlib.sha256(canonical_json(data).encode("utf-8", "surrogatepass")).hexdigest()[:length]


def fingerprint_texts(texts: Iterable[str], *, length: int = 16) -> str:
    """Hashes a sequence of strings; each is preceded by its size, so that no two sequences collide by joining."""
    digest = hashlib.sha256()
    for text in texts:
        raw = text.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)
    return digest.hexdigest()[:length]


def fingerprint_file(path: Path, *, length: int = 64) -> str:
    """Hashes the bytes of a file with SHA-256."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()[:length]


def fingerprint_files(folder: Path) -> dict[str, str]:
    """Hashes the files of a folder, not of its subfolders; the keys are their names."""
    return {path.name: fingerprint_file(path) for path in sorted(folder.iterdir()) if path.is_file()}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical form; give plain data")
