from pathlib import Path

import pytest

from rosearch.core.errors import AssetError, ConfigError
from rosearch.core.events import ignore
from rosearch.lexicons import Lexicon, VectorsFile


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROSEARCH_CACHE", str(tmp_path / "cache"))


def vectors(folder: Path, content: str, **fields: object) -> VectorsFile:
    path = folder / "vectors.txt"
    path.write_text(content, encoding="utf-8")
    return VectorsFile(path=str(path), **fields)  # type: ignore[arg-type]


ROWS = "good 1 0\nfine 0.9 0.1\nGood 0 1\nwell 0.8 0.3\nbad -1 0\n... 1 0\nu.s. 1 0\nbe-all 0 1\n"


def test_near_words_are_synonyms_and_tokens_that_are_no_words_are_not(tmp_path: Path) -> None:
    lexicon = vectors(tmp_path, ROWS, min_cosine=0.5)
    assert lexicon.synonyms("good") == lexicon.synonyms("GOOD") == ("fine", "well")
    assert lexicon.synonyms("bad") == lexicon.synonyms("...") == ()
    assert vectors(tmp_path, ROWS, neighbours=1).synonyms("good") == ("fine",)


def test_a_header_is_passed_over_and_the_vocabulary_cut(tmp_path: Path) -> None:
    lexicon = vectors(tmp_path, "8 2\n" + ROWS, min_cosine=0.5, vocabulary=2)
    assert lexicon.table().words == ["good", "fine"]


def test_the_fingerprint_follows_content_and_settings(tmp_path: Path) -> None:
    first = vectors(tmp_path, ROWS).fingerprint()
    (tmp_path / "copy").mkdir()
    assert vectors(tmp_path / "copy", ROWS).fingerprint() == first
    assert vectors(tmp_path, ROWS, min_cosine=0.7).fingerprint() != first


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("good 1 0\nfine 1\n", ":2: expected a word and 2 numbers, found 1"),
        ("good 1 0\nfine 1 x\n", ":2: a vector's entry is not a number"),
        ("good 1 0\nfine 1 nan\n", ":2: a vector's entry is not finite"),
        ("good 1 0\n", "fewer than two words"),
        ("", "fewer than two words"),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(AssetError, match=message):
        vectors(tmp_path, content).synonyms("good")


def test_a_missing_file_and_numbers_out_of_range_are_named(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="no such file of word vectors"):
        VectorsFile(path=str(tmp_path / "nowhere.txt")).prepare(ignore)
    with pytest.raises(ConfigError, match="neighbours must be 1 to 50"):
        Lexicon.from_config({"kind": "vectors", "path": "x", "neighbours": 51})
