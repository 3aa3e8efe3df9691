"""Texts without labels, some at a time, in the order of their file or as they arrive."""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, final

from rosearch.core.errors import TaskError
from rosearch.core.protocols import Text
from rosearch.data.json_lines import json_values
from rosearch.data.readers import is_table, read_records
from rosearch.data.rows import LONGEST_TEXT, BadRow
from rosearch.data.text_files import LONGEST_LINE

AT_A_TIME = 1024
"""Texts that are held at once."""

BLOCK_BYTES = 1 << 18
LONGEST_CHARACTER = 4
"""Bytes of one in UTF-8."""

_NO_TEXT = re.compile("[\ud800-\udfff]")
_MENDED = "\N{REPLACEMENT CHARACTER}"


class ByteStream(Protocol):
    """A binary file or pipe."""

    def read1(self, size: int = -1, /) -> bytes:
        """Returns what is there, at least a byte, or nothing at the end."""
        ...


@final
@dataclass(frozen=True, kw_only=True)
class Unlabelled:
    """A text and where it stands.

    Args:
        line: Its line, or its row in a Parquet file, counted from 1.
        text: One text field, or two; whatever was odd about it, a model can read it.
        mended: Whether it held bytes or characters that are no text, each a replacement character now.
        cut: Whether it was so long that its end was left out.
    """

    line: int
    text: Text
    mended: bool = False
    cut: bool = False


Item = Unlabelled | BadRow


def texts_in_file(path: Path, fields: tuple[str, ...]) -> Iterator[list[Item]]:
    """Reads a table of texts, or a file with a text on each line.

    Args:
        path: CSV, TSV, JSON Lines and Parquet by their suffixes; anything else is lines of text.
        fields: The column or key of the text, or two of them; of no use for lines of text.

    Yields:
        Some texts at a time, and rows that hold none.

    Raises:
        TaskError: If the file cannot be read or lacks a field.
    """
    if is_table(path):
        items = (_item(record) for record in read_records(path, fields))
        while batch := list(itertools.islice(items, AT_A_TIME)):
            yield batch
        return
    try:
        with path.open("rb") as stream:
            yield from texts_in_stream(stream, ())
    except OSError as error:
        raise TaskError(f"{path}: cannot be read: {error.strerror}.") from None


def texts_in_stream(stream: ByteStream, fields: tuple[str, ...]) -> Iterator[list[Item]]:
    """Reads texts as they arrive: those that are there are given at once, without waiting for more.

    Args:
        stream: Lines of text in UTF-8, or JSON Lines where fields are named.
        fields: Keys of the text, one or two; none for lines of text.

    Yields:
        Some texts at a time, and lines that hold none.
    """
    limit = LONGEST_LINE if fields else LONGEST_CHARACTER * LONGEST_TEXT
    first = 1
    for lines in _lines(stream, limit):
        for start in range(0, len(lines), AT_A_TIME):
            numbered = enumerate(lines[start : start + AT_A_TIME], start=first + start)
            # A blank line is a text of its own, but no JSON.
            yield [_line_item(number, line, fields) for number, line in numbered if line.strip() or not fields]
        first += len(lines)


def _lines(stream: ByteStream, limit: int) -> Iterator[list[bytes]]:
    """Yields the lines that are there, without their ends; of a line no more than ``limit`` bytes are kept, and one."""
    rest = b""
    while block := stream.read1(BLOCK_BYTES):
        *lines, rest = (rest + block).split(b"\n")
        rest = rest[: limit + 1]
        if lines:
            yield lines
    if rest:
        yield [rest]


def _line_item(number: int, raw: bytes, fields: tuple[str, ...]) -> Item:
    if number == 1:
        raw = raw.removeprefix(b"\xef\xbb\xbf")
    line = raw.removesuffix(b"\r").decode("utf-8", errors="surrogateescape")
    return _item(json_values(number, line, fields)) if fields else _text(number, (line,))


def _item(record: tuple[int, tuple[Any, ...]] | BadRow) -> Item:
    if isinstance(record, BadRow):
        return record
    line, values = record
    wrong = [value for value in values if not isinstance(value, str)]
    if wrong:
        return BadRow(line, f"the text is {'missing' if wrong[0] is None else repr(wrong[0])[:40]}, not a string")
    return _text(line, values)


def readable(text: str) -> str:
    """Returns a text as every tokenizer reads it: not longer than any model needs, and without halves of characters."""
    short = text[:LONGEST_TEXT]
    return short if short.isascii() else _NO_TEXT.sub(_MENDED, short)


def _text(line: int, values: Iterable[str]) -> Unlabelled:
    whole = tuple(values)
    fit = tuple(map(readable, whole))
    return Unlabelled(
        line=line,
        text=fit[0] if len(fit) == 1 else (fit[0], fit[1]),
        mended=any(new != old[:LONGEST_TEXT] for new, old in zip(fit, whole, strict=True)),
        cut=any(len(value) > LONGEST_TEXT for value in whole),
    )
