"""Opens text files in UTF-8, and says what a file is that is none."""

from pathlib import Path
from typing import TextIO

from rosearch.core.errors import TaskError

LONGEST_LINE = 1 << 24
"""Characters; a longer line is no row but a whole file in one line, and shall not fill the memory."""

_SIGNATURES = {
    b"\xff\xfe": "is in UTF-16; save it as UTF-8",
    b"\xfe\xff": "is in UTF-16; save it as UTF-8",
    b"\x1f\x8b": "is compressed with gzip; unpack it",
    b"BZh": "is compressed with bzip2; unpack it",
    b"PK\x03\x04": "is a zip archive or a spreadsheet; export it as CSV in UTF-8",
    b"PAR1": "is a Parquet file; give it the suffix .parquet",
}


def open_text(path: Path) -> TextIO:
    """Opens a file with or without a byte order mark; line ends stay as they are.

    Bytes that are not UTF-8 arrive as surrogates, so that the check of the row can name the line.

    Args:
        path: The file.

    Raises:
        TaskError: If the file is plainly something else than text.
        OSError: If it cannot be read.
    """
    with path.open("rb") as handle:
        start = handle.read(4)
    for signature, problem in _SIGNATURES.items():
        if start.startswith(signature):
            raise TaskError(f"{path}: {problem}.")
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
