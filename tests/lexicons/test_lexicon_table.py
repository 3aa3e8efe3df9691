from pathlib import Path

import pytest

from rosearch.core.errors import AssetError, ConfigError
from rosearch.lexicons import STOP_WORDS, Lexicon, Table


def table(folder: Path, content: str) -> Table:
    path = folder / "table.json"
    path.write_text(content, encoding="utf-8")
    return Table(path=str(path))


def test_a_word_is_looked_up_as_written_then_in_lower_case(tmp_path: Path) -> None:
    lexicon = table(tmp_path, '{"good": ["well", "fine", "well"], "Polish": ["Slavic"], "polish": ["shine"]}')
    assert lexicon.synonyms("good") == ("fine", "well")
    assert lexicon.synonyms("GOOD") == ("fine", "well")
    assert lexicon.synonyms("Polish") == ("Slavic",)
    assert lexicon.synonyms("unknown") == ()


def test_a_word_is_not_its_own_synonym(tmp_path: Path) -> None:
    assert table(tmp_path, '{"good": ["good", "Good"]}').synonyms("good") == ("Good",)


@pytest.mark.parametrize(
    ("content", "message"),
    [("[1]", "expected an object"), ('{"a": "b"}', "'a'"), ("{", "not a table"), ('{"a": [1]}', "'a'")],
)
def test_a_broken_table_is_named(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(AssetError, match=message):
        table(tmp_path, content).synonyms("a")


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=r"nowhere\.json"):
        Table(path=str(tmp_path / "nowhere.json")).synonyms("a")


def test_lexicons_are_named_in_toml() -> None:
    assert Lexicon.from_config({"kind": "table", "path": "x.json"}) == Table(path="x.json")
    with pytest.raises(ConfigError, match=r"glove50-wordnet, .*table, vectors, wordnet"):
        Lexicon.from_config("thesaurus")


def test_the_fingerprint_follows_the_content(tmp_path: Path) -> None:
    first = table(tmp_path, '{"a": ["b"]}').fingerprint()
    (tmp_path / "copy").mkdir()
    assert table(tmp_path / "copy", '{"a": ["b"]}').fingerprint() == first
    assert table(tmp_path / "copy", '{"a": ["c"]}').fingerprint() != first


def test_the_stop_words_are_nltks_198() -> None:
    assert len(STOP_WORDS) == 198
    assert {"the", "don't", "yourselves", "you've", "i'd"} <= STOP_WORDS
    assert not {"The", "would", ""} & STOP_WORDS
