"""The build of glove50-wordnet, on a few vectors and a WordNet of a few synsets."""

from pathlib import Path

import numpy as np
import polars
import pytest

from rosearch.core.errors import ConfigError
from rosearch.core.events import Event, Notice
from rosearch.lexicons import Lexicon, glove_wordnet
from rosearch.lexicons.word_vectors import WordVectors

LETTERS = "abcdefgh"
FILLERS = [a + b + c for a in LETTERS for b in LETTERS for c in "xyz"]
WORDS = ["good", "bad", ",", "fine", "poor", "movie", "u.s.", *FILLERS]
SYNSETS = [
    "00000010 00 a 02 good 0 fine 0 001 ! 00000090 a 0101 | well",
    "00000090 00 a 02 bad 0 poor 0 001 ! 00000010 a 0101 | ill",
]
INDEX = [
    "good a 1 1 ! 1 0 00000010",
    "fine a 1 0 1 0 00000010",
    "bad a 1 1 ! 1 0 00000090",
    "poor a 1 0 1 0 00000090",
]


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(len(WORDS), 50)).astype(np.float32)
    # The antonyms are neighbours, as they are in any vectors made of text alone.
    vectors[WORDS.index("bad")] = vectors[WORDS.index("good")] + 0.3 * rng.normal(size=50)
    np.save(tmp_path / "vectors.npy", vectors)
    polars.DataFrame({"index": WORDS}).write_parquet(tmp_path / "words.parquet")
    wordnet = tmp_path / "wordnet"
    wordnet.mkdir()
    for part in ("noun", "verb", "adj", "adv"):
        for kind, rows in (("data", SYNSETS), ("index", INDEX)):
            lines = ["  1 licence", *(rows if part == "adj" else ())]
            (wordnet / f"{kind}.{part}").write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setattr(glove_wordnet, "fetch", lambda *_, **__: tmp_path)
    return tmp_path


def test_antonyms_leave_each_other_and_the_report_says_so(sources: Path, tmp_path: Path) -> None:
    heard: list[Event] = []
    folder = tmp_path / "built"
    folder.mkdir()
    glove_wordnet._build(folder, 150, str(sources / "wordnet"), heard.append)
    table = WordVectors.open(folder)
    assert len(table.words) == 150
    assert not {",", "u.s."} & set(table.words)
    assert "fine" in table.near("good", count=3, min_cosine=0.5)
    assert "bad" not in table.near("good", count=10, min_cosine=-1)
    notices = [event.text for event in heard if isinstance(event, Notice)]
    assert notices == ["glove50-wordnet: 1 of 1 antonym pairs left the top 10."]


def test_the_vocabulary_is_bounded() -> None:
    with pytest.raises(ConfigError, match="vocabulary must be 1,000 to 200,000"):
        Lexicon.from_config({"kind": "glove50-wordnet", "vocabulary": 10})
