"""How predictions are written: a line for each text, in the order of the texts."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol, TextIO, final, get_args

from rosearch.core.errors import InputError
from rosearch.core.protocols import FloatArray

Format = Literal["tsv", "csv", "jsonl"]
DIGITS = 6
DELIMITERS = {"tsv": "\t", "csv": ","}


def format_of(out: Path | None, wanted: Format | None) -> Format:
    """Returns how to write: as asked for, else by the file's suffix, else as TSV.

    Args:
        out: The file; None for standard output.
        wanted: What the user asked for.

    Raises:
        InputError: If neither says.
    """
    if wanted is not None:
        return wanted
    if out is None:
        return "tsv"
    suffix = out.suffix.lower().removeprefix(".")
    for known in get_args(Format):
        if suffix == known:
            return known  # type: ignore[no-any-return]  # get_args is not typed
    raise InputError(f"{out}: unknown suffix. Use .tsv, .csv or .jsonl, or say how to write with --format.")


class Writer(Protocol):
    """Writes predictions to a stream."""

    def write(self, lines: Sequence[int], probabilities: FloatArray) -> None:
        """Writes one line for each text.

        Args:
            lines: Where the texts stand in their file.
            probabilities: Shape ``(len(lines), classes)``.
        """
        ...


def writer_of(form: Format, stream: TextIO, names: tuple[str, ...]) -> Writer:
    """Returns a writer.

    Args:
        form: How to write.
        stream: Where to.
        names: Of the classes, in the order of the columns.
    """
    return JsonLines(stream, names) if form == "jsonl" else Table(stream, names, delimiter=DELIMITERS[form])


@final
class Table:
    """Columns with a header: line, label, its probability, and the probability of each class."""

    def __init__(self, stream: TextIO, names: tuple[str, ...], *, delimiter: str) -> None:
        self._writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
        self._names = names
        self._writer.writerow(["line", "label", "probability", *(f"p({name})" for name in names)])

    def write(self, lines: Sequence[int], probabilities: FloatArray) -> None:
        """Writes rows; see ``Writer``."""
        for line, row, best in zip(lines, probabilities.tolist(), probabilities.argmax(axis=1), strict=True):
            shown = [f"{value:.{DIGITS}f}" for value in row]
            self._writer.writerow([line, self._names[best], shown[best], *shown])


@final
class JsonLines:
    """An object a line."""

    def __init__(self, stream: TextIO, names: tuple[str, ...]) -> None:
        self._stream, self._names = stream, names

    def write(self, lines: Sequence[int], probabilities: FloatArray) -> None:
        """Writes objects; see ``Writer``."""
        for line, row, best in zip(lines, probabilities.tolist(), probabilities.argmax(axis=1), strict=True):
            shares: Mapping[str, float] = dict(zip(self._names, (round(value, DIGITS) for value in row), strict=True))
            name = self._names[best]
            data = {"line": line, "label": name, "probability": shares[name], "probabilities": shares}
            self._stream.write(json.dumps(data, ensure_ascii=False) + "\n")
