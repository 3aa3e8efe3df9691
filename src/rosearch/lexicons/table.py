"""A lexicon in a JSON file: the synonyms that somebody listed."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, final

from rosearch.core.errors import AssetError
from rosearch.core.files import read_json
from rosearch.core.fingerprint import fingerprint
from rosearch.lexicons.lexicon import Lexicon


@final
@dataclass(frozen=True, kw_only=True)
class Table(Lexicon):
    """Synonyms from a JSON object ``{word: [synonym, ...]}``; a word is looked up as written, then in lower case.

    Args:
        path: The JSON file, UTF-8.
    """

    path: str
    kind: Literal["table"] = "table"

    def synonyms(self, word: str) -> tuple[str, ...]:
        """Returns the listed synonyms of ``word``; none where the table does not know it.

        Args:
            word: As written in the text.

        Raises:
            AssetError: If the file is missing or is not such a table.
        """
        entries = _read(self.path)
        listed = entries.get(word)
        if listed is None:
            listed = entries.get(word.lower(), ())
        return tuple(synonym for synonym in listed if synonym != word)

    def fingerprint(self) -> str:
        """Returns a name of the table's content.

        Raises:
            AssetError: If the file is missing or is not such a table.
        """
        return fingerprint([self.kind, _read.__wrapped__(self.path)])


@lru_cache(maxsize=8)
def _read(path: str) -> dict[str, tuple[str, ...]]:
    try:
        data = read_json(Path(path))
    except OSError as error:
        raise AssetError(f"{path}: cannot read this table of synonyms: {error.strerror}.") from None
    except ValueError as error:
        raise AssetError(f"{path}: not a table of synonyms in JSON: {error}.") from None
    if not isinstance(data, dict):
        raise AssetError(f"{path}: expected an object {{word: [synonym, ...]}}, got {type(data).__name__}.")
    return {word: _row(path, word, row) for word, row in data.items()}


def _row(path: str, word: str, row: Any) -> tuple[str, ...]:
    if not isinstance(row, list) or not all(isinstance(item, str) for item in row):
        raise AssetError(f"{path}: the synonyms of {word!r} are not a list of words: {row!r}.")
    return tuple(sorted(set(row)))
