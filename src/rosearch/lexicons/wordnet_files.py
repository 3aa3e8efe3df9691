"""Reads WordNet's own files by binary search: no loading time, a few megabytes."""

import hashlib
import mmap
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal, TypeAlias

from rosearch.core.errors import AssetError
from rosearch.core.fingerprint import fingerprint

PartOfSpeech: TypeAlias = Literal["noun", "verb", "adj", "adv"]

PARTS: Final[tuple[PartOfSpeech, ...]] = ("noun", "verb", "adj", "adv")
_ENDINGS: Final[Mapping[PartOfSpeech, tuple[tuple[str, str], ...]]] = {
    "noun": (
        ("s", ""),
        ("ses", "s"),
        ("ves", "f"),
        ("xes", "x"),
        ("zes", "z"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("men", "man"),
        ("ies", "y"),
    ),
    "verb": (("s", ""), ("ies", "y"), ("es", "e"), ("es", ""), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", "")),
    "adj": (("er", ""), ("est", ""), ("er", "e"), ("est", "e")),
    "adv": (),
}
_MARKER = re.compile(r"\((?:a|p|ip)\)$")


class WordNetFiles:
    """An opened WordNet 3.0 database folder.

    The format is wndb(5WN); base forms are found as morphy(7WN) says, with NLTK's list of endings.

    Args:
        folder: Holds ``index.*`` and ``data.*`` of the four parts of speech, and ``*.exc`` where there are any.

    Raises:
        AssetError: If a file is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = {part: _map(folder / f"index.{part}") for part in PARTS}
        self._data = {part: _map(folder / f"data.{part}") for part in PARTS}

    def synsets(self, word: str, *, parts: Sequence[PartOfSpeech] = PARTS) -> Iterator[tuple[str, ...]]:
        """Yields the lemmas of each synset that ``word`` or one of its base forms belongs to.

        Args:
            word: In lower case.
            parts: Of speech.
        """
        for part in parts:
            for form in dict.fromkeys((word, *self.base_forms(word, part))):
                for offset in self._offsets(form, part):
                    yield self._lemmas(offset, part)

    def senses(self, part: PartOfSpeech) -> Iterator[tuple[str, list[int]]]:
        """Yields each lemma in lower case with the places of its synsets, the most frequent sense first.

        Args:
            part: Of speech.
        """
        for line in iter(self._index[part].readline, b""):
            if not line.startswith(b" "):
                yield _senses(line)
        self._index[part].seek(0)

    def antonyms(self, part: PartOfSpeech) -> Iterator[tuple[str, str]]:
        """Yields pairs of lemmas, in lower case, that WordNet calls antonyms; each pair comes both ways.

        Args:
            part: Of speech; an antonym is of the same one.
        """
        lemmas: dict[int, tuple[str, ...]] = {}
        links: list[tuple[str, int, int]] = []
        for line in iter(self._data[part].readline, b""):
            if line.startswith(b" "):
                continue
            fields = line.decode().split(" | ")[0].split()
            lemmas[int(fields[0])] = own = _lemmas(fields)
            pointers = fields[5 + 2 * len(own) :]
            for symbol, place, _, ends in zip(*(iter(pointers[: len(pointers) // 4 * 4]),) * 4, strict=True):
                if symbol == "!":
                    links.append((own[int(ends[:2], 16) - 1], int(place), int(ends[2:], 16) - 1))
        self._data[part].seek(0)
        for lemma, offset, number in links:
            yield lemma.lower(), lemmas[offset][number].lower()

    def glosses(self, part: PartOfSpeech) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yields the lemmas of each synset with its gloss: a definition, and examples in quotation marks.

        Args:
            part: Of speech.
        """
        for line in iter(self._data[part].readline, b""):
            if not line.startswith(b" "):
                head, _, gloss = line.decode().partition(" | ")
                yield _lemmas(head.split()), gloss.strip()
        self._data[part].seek(0)

    def fingerprint(self) -> str:
        """Hashes the contents of all files that answers depend on."""
        digest = hashlib.sha256()
        for part in PARTS:
            for content in (self._index[part], self._data[part]):
                digest.update(content)
        rules = self._exceptions if self._exceptions is not None else f"lemminflect {version('lemminflect')}"
        return fingerprint([digest.hexdigest(), rules])

    def base_forms(self, word: str, part: PartOfSpeech) -> tuple[str, ...]:
        """Returns what ``word`` may be an inflected form of.

        Args:
            word: In lower case.
            part: Of speech.
        """
        regular = tuple(word.removesuffix(old) + new for old, new in _ENDINGS[part] if word.endswith(old))
        if self._exceptions is not None:
            return self._exceptions[part].get(word, regular)
        lemmas = _inflected(word, part)
        # An irregular form has lemmas that no ending explains; it replaces the endings, as an exception file would.
        return regular if not lemmas or set(lemmas) & set(regular) else lemmas

    def _offsets(self, form: str, part: PartOfSpeech) -> list[int]:
        if not form or " " in form:  # the licence at the head of the file begins with spaces
            return []
        line = _find_line(self._index[part], form.encode(errors="replace"))
        if line is None:
            return []
        return _senses(line)[1]

    def _lemmas(self, offset: int, part: PartOfSpeech) -> tuple[str, ...]:
        data = self._data[part]
        end = data.find(b"\n", offset)
        fields = data[offset:end].decode().split(" | ")[0].split()
        if not fields or int(fields[0]) != offset:
            raise AssetError(f"{self._folder}/data.{part}: no synset at byte {offset}. Fetch WordNet again.")
        return _lemmas(fields)

    @cached_property
    def _exceptions(self) -> Mapping[PartOfSpeech, Mapping[str, tuple[str, ...]]] | None:
        """Irregular forms; None where the folder has no such files (or only empty ones)."""
        tables = {part: _read_exceptions(self._folder / f"{part}.exc") for part in PARTS}
        return tables if any(tables.values()) else None


def _map(path: Path) -> mmap.mmap:
    try:
        with path.open("rb") as handle:
            return mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise AssetError(
            f"{path}: cannot be read ({error}). Give a WordNet 3.0 folder with index.* and data.*, or leave the path "
            "out to fetch one."
        ) from None


def _find_line(index: mmap.mmap, key: bytes) -> bytes | None:
    """Finds the line whose first field is ``key`` in a sorted file."""
    key += b" "
    low, high = 0, len(index)
    while low < high:
        start = index.rfind(b"\n", 0, (low + high) // 2) + 1
        end = index.find(b"\n", start)
        end = len(index) if end < 0 else end
        line = index[start:end]
        if line.startswith(key):
            return line
        if line.split(b" ", 1)[0] + b" " < key:
            low = end + 1
        else:
            high = start
    return None


def _senses(line: bytes) -> tuple[str, list[int]]:
    fields = line.split()
    # lemma, part, synsets, pointers, one symbol for each pointer, senses, tagged senses, offsets
    return fields[0].decode(), [int(offset) for offset in fields[6 + int(fields[3]) :]]


def _lemmas(fields: list[str]) -> tuple[str, ...]:
    # offset, file, part, number of lemmas, then each lemma with its own number
    count = int(fields[3], 16)
    return tuple(_MARKER.sub("", lemma) for lemma in fields[4 : 4 + 2 * count : 2])


def _read_exceptions(path: Path) -> dict[str, tuple[str, ...]]:
    if not path.exists():
        return {}
    rows = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
    return {row[0]: tuple(row[1:]) for row in rows if row}


def _inflected(word: str, part: PartOfSpeech) -> tuple[str, ...]:
    import lemminflect

    lemmas: Mapping[str, tuple[str, ...]] = lemminflect.getAllLemmas(word)
    return tuple(lemma for lemma in lemmas.get(part.upper(), ()) if lemma != word)
