"""GloVe counter-fitted with WordNet: the vectors to be had where the original counter-fitted ones are not."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, final

import numpy as np
from numpy.typing import NDArray

from rosearch.core.events import Listener, Notice, Progress, ignore
from rosearch.core.files import read_json, write_json
from rosearch.core.fingerprint import fingerprint
from rosearch.core.protocols import BoolArray, IntArray
from rosearch.data.assets import GLOVE, fetch
from rosearch.data.derived import derived_folder
from rosearch.lexicons.counter_fitting import CounterFitting, Vectors, unit_rows
from rosearch.lexicons.vector_lexicon import ONE_WORD, VectorLexicon
from rosearch.lexicons.word_vectors import MOST_NEIGHBOURS, WordVectors, nearest
from rosearch.lexicons.wordnet import WordNet
from rosearch.lexicons.wordnet_pairs import FREQUENT_SENSES, antonym_pairs, synonym_pairs

_VERSION: Final = 2
_FITTING: Final = CounterFitting()
# Cosine distance within which neighbours shall not drift apart, as in the paper.
_RADIUS: Final = 0.2
_REPORT: Final = "report.json"


@final
@dataclass(frozen=True, kw_only=True)
class GloveWordNet(VectorLexicon):
    """The 50-dimensional GloVe vectors, their mean taken out, counter-fitted with WordNet's synonyms and antonyms.

    Built once, in about a minute, from packages that pip can fetch; figures name it ``glove50-wordnet``, for it is not
    the file that TextFooler's authors used.

    Args:
        vocabulary: So many of the most frequent words are kept.
        neighbours: Synonyms at most.
        min_cosine: Between a word and its synonyms.
        wordnet: A WordNet folder; None fetches the pinned copy.

    Raises:
        ValueError: If a number is out of range.

    References:
        Pennington, Socher, Manning (2014). GloVe. Mrksic et al. (2016), see ``CounterFitting``; there synonyms come
        from PPDB too. Mu, Viswanath (2018). All-but-the-Top, arXiv:1702.01417, for taking out the mean: without that
        nearly any two frequent words have a cosine above 0.5.
    """

    vocabulary: int = 50_000
    neighbours: int = MOST_NEIGHBOURS
    min_cosine: float = 0.5
    wordnet: str | None = None
    kind: Literal["glove50-wordnet"] = "glove50-wordnet"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1000 <= self.vocabulary <= 200_000:
            raise ValueError(f"vocabulary must be 1,000 to 200,000 words, got {self.vocabulary}.")

    def folder(self, listener: Listener = ignore) -> Path:
        """Returns the folder of the table, built first if need be; see ``VectorLexicon``.

        Args:
            listener: Hears the progress.

        Raises:
            AssetError: If GloVe or WordNet can neither be found nor fetched.
        """
        return _folder(self.vocabulary, self.wordnet, listener)

    def report(self) -> dict[str, Any]:
        """Tells how many antonyms were among each other's ten nearest words before and after."""
        report: dict[str, Any] = read_json(self.folder() / _REPORT)
        return report


def _folder(vocabulary: int, wordnet: str | None, listener: Listener) -> Path:
    sources = [GLOVE.record_fingerprint, _wordnet_fingerprint(wordnet), vocabulary]
    key = fingerprint([*sources, _FITTING, _RADIUS, FREQUENT_SENSES, MOST_NEIGHBOURS, _VERSION])
    return derived_folder("glove50-wordnet", key, lambda folder: _build(folder, vocabulary, wordnet, listener))


@lru_cache(maxsize=4)
def _wordnet_fingerprint(path: str | None) -> str:
    return WordNet(path=path).fingerprint()


def _build(folder: Path, vocabulary: int, wordnet: str | None, listener: Listener) -> None:
    def done(steps: int) -> None:
        listener(Progress(stage="counter-fitting GloVe", done=steps, total=4, unit="steps", detail="once"))

    words, vectors = _glove(vocabulary, listener)
    database = WordNet(path=wordnet).files()
    rows = {word: row for row, word in enumerate(words)}
    antonyms = antonym_pairs(database, rows)
    done(0)
    neighbours, cosines = nearest(vectors, np.arange(len(words)), count=MOST_NEIGHBOURS)
    done(1)
    close = cosines >= 1 - _RADIUS
    kept = np.stack([np.nonzero(close)[0], neighbours[close]], axis=1)
    fitted = _FITTING.fit(vectors, synonyms=synonym_pairs(database, rows), antonyms=antonyms, kept=kept)
    done(2)
    table = WordVectors.of(words, fitted)
    done(3)
    table.write(folder)
    report = _antonyms_report(antonyms, neighbours, table.neighbours)
    write_json(folder / _REPORT, report)
    done(4)
    listener(Notice(text=f"glove50-wordnet: {report['left']} of {report['before']} antonym pairs left the top 10."))


def _glove(vocabulary: int, listener: Listener) -> tuple[list[str], Vectors]:
    """Reads the most frequent words that are words, with centred vectors of unit length."""
    import polars

    folder = fetch(GLOVE, listener=listener)
    names = polars.read_parquet(folder / "words.parquet").to_series().to_list()
    chosen = [row for row, word in enumerate(names) if word and ONE_WORD.fullmatch(word)][:vocabulary]
    vectors = np.load(folder / "vectors.npy", mmap_mode="r")[chosen]
    return [names[row] for row in chosen], unit_rows(vectors - vectors.mean(axis=0))


def _antonyms_report(antonyms: IntArray, before: NDArray[np.int32], after: NDArray[np.int32]) -> dict[str, int]:
    were, are = _in_top_ten(antonyms, before), _in_top_ten(antonyms, after)
    return {
        "antonym_pairs": len(antonyms),
        "before": int(were.sum()),
        "after": int(are.sum()),
        "left": int((were & ~are).sum()),
    }


def _in_top_ten(pairs: IntArray, neighbours: NDArray[np.int32]) -> BoolArray:
    first, second = pairs[:, :1], pairs[:, 1:]
    forth: BoolArray = (neighbours[first[:, 0], :10] == second).any(axis=1)
    back: BoolArray = (neighbours[second[:, 0], :10] == first).any(axis=1)
    return forth | back
