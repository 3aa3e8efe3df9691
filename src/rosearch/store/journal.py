"""The journal of a run: append-only lines of JSON, each sealed by a checksum that runs on from the line before.

A line is ``{"sum":"<16 hex>","number":17,"kind":"trial","data":{...}}`` and a newline. The sum is SHA-256 over the sum
of the line before and the bytes after its own field, so a changed byte and a lost line are both noticed where they are.
The newline commits the record: what a kill leaves without one never happened, and a line that has one was whole.
"""

import errno
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, final

from rosearch.core.errors import JournalError

_FIRST_SUM = hashlib.sha256(b"rosearch journal 1").hexdigest()[:16]
_OPENING = b'{"sum":"'
_CLOSING = b'",'
_SEALED = len(_OPENING) + 16 + len(_CLOSING)


@final
@dataclass(frozen=True, kw_only=True)
class Entry:
    """One record of a journal.

    Args:
        number: Its line, from 1.
        kind: What it records, such as ``"trial"``.
        data: Plain data, as JSON gives it back.
    """

    number: int
    kind: str
    data: Any


@final
@dataclass(frozen=True, kw_only=True)
class Replay:
    """What a journal's file holds.

    Args:
        entries: The complete records, in order.
        last_sum: The checksum that the next record runs on from.
        size: Bytes up to the last complete record.
        torn: Bytes after it, left by a write that was cut short.
    """

    entries: tuple[Entry, ...]
    last_sum: str
    size: int
    torn: int


@final
class Journal:
    """A journal open for writing; its directory's lock is the caller's to hold.

    Use ``Journal.open``.
    """

    def __init__(self, path: Path, descriptor: int, replay: Replay) -> None:
        self.path = path
        self.repaired = replay.torn
        """Bytes of a torn last line that were cut off on opening."""
        self._descriptor = descriptor
        self._entries = list(replay.entries)
        self._sum = replay.last_sum
        self._size = replay.size

    @classmethod
    def open(cls, path: Path) -> Self:
        """Replays a journal, cuts off a torn last line, and stands ready to append.

        Args:
            path: The file; it is made where there is none.

        Raises:
            JournalError: If a line that has its newline is damaged; the message names it.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        new = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
        try:
            replay = read_journal(path)
            if replay.torn:
                os.ftruncate(descriptor, replay.size)
                os.fsync(descriptor)
            if new:
                _flush_folder(path.parent)
        except BaseException:
            os.close(descriptor)
            raise
        return cls(path, descriptor, replay)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All records, in order."""
        return tuple(self._entries)

    def append(self, kind: str, data: Mapping[str, Any]) -> Entry:
        """Adds a record with one write and waits until it is on disk.

        Args:
            kind: What is recorded.
            data: Plain data.

        Returns:
            The record as a later replay will give it.

        Raises:
            OSError: If the disk does not take it; the journal is then as it was before.
        """
        seal, line = _line(self._sum, len(self._entries) + 1, kind, data)
        try:
            if os.write(self._descriptor, line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
            os.fsync(self._descriptor)
        except BaseException:
            # An interrupt may come between the write and here; the file must not be ahead of what this process knows.
            os.ftruncate(self._descriptor, self._size)
            raise
        fields = json.loads(line)
        entry = Entry(number=fields["number"], kind=fields["kind"], data=fields["data"])
        self._entries.append(entry)
        self._sum = seal
        self._size += len(line)
        return entry

    def close(self) -> None:
        """Gives the file back; what was appended is on disk already."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_journal(path: Path) -> Replay:
    """Reads a journal and changes nothing; a torn last line is left out, as its write may still be going on.

    Args:
        path: The file; a missing one is an empty journal.

    Raises:
        JournalError: If a line that has its newline is damaged; the message names it.
    """
    content = path.read_bytes() if path.exists() else b""
    *lines, tail = content.split(b"\n")
    entries: list[Entry] = []
    last_sum, size = _FIRST_SUM, 0
    for number, line in enumerate(lines, start=1):
        entry = _entry(last_sum, line, number)
        if entry is None:
            raise _damaged(path, number, line)
        entries.append(entry)
        last_sum, size = _sum_of(line), size + len(line) + 1
    if _holds_record(last_sum, tail, len(lines) + 1):
        raise _damaged(path, len(lines) + 1, tail)
    return Replay(entries=tuple(entries), last_sum=last_sum, size=size, torn=len(tail))


def _line(last_sum: str, number: int, kind: str, data: Mapping[str, Any]) -> tuple[str, bytes]:
    record = {"number": number, "kind": kind, "data": data}
    body = json.dumps(record, separators=(",", ":"))[1:].encode("ascii")
    seal = _seal(last_sum, body)
    return seal, _OPENING + seal.encode() + _CLOSING + body + b"\n"


def _entry(last_sum: str, line: bytes, number: int) -> Entry | None:
    """Returns the record of a line, or None where the line is not what was written."""
    if line[:_SEALED] != _OPENING + _seal(last_sum, line[_SEALED:]).encode() + _CLOSING:
        return None
    fields = json.loads(line)
    return Entry(number=number, kind=fields["kind"], data=fields["data"])


def _holds_record(last_sum: str, line: bytes, number: int) -> bool:
    """Tells a torn tail from a line whose newline was damaged: only the latter holds a whole record and more."""
    try:
        text = line.decode("ascii", "replace")
        _, end = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return False
    return len(line) > end and _entry(last_sum, line[:end], number) is not None


def _damaged(path: Path, number: int, line: bytes) -> JournalError:
    try:
        found = json.loads(line)["number"]
    except (ValueError, KeyError, TypeError):
        found = number
    what = "is damaged" if found == number else f"is record {found}; what stood between was lost"
    return JournalError(
        f"{path}:{number}: the line {what} (its checksum does not fit). Restore the file from a copy, or keep its "
        f"first {number - 1} lines to give up the records from there on; the search then repeats those trials."
    )


def _sum_of(line: bytes) -> str:
    return line[len(_OPENING) : len(_OPENING) + 16].decode("ascii", "replace")


def _seal(last_sum: str, body: bytes) -> str:
    return hashlib.sha256(last_sum.encode() + body).hexdigest()[:16]


def _flush_folder(folder: Path) -> None:
    """Puts a new file's name on disk too, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
