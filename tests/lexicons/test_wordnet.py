"""The reader on a WordNet of a few synsets, written here in the format of wndb(5WN)."""

from pathlib import Path

import pytest

from rosearch.core.errors import AssetError
from rosearch.lexicons import Lexicon, WordNet

SYNSETS = {
    "noun": [
        ["movie", "film", "moving_picture"],
        ["film", "layer"],
        ["leaf", "leafage"],
        ["goose", "fathead"],
        ["man", "Homo"],
    ],
    "verb": [["bake", "roast"], ["try", "attempt"], ["go", "travel"]],
    "adj": [["large", "big", "Brobdingnagian(a)"], ["good", "sound(p)"]],
    "adv": [["well", "good"]],
}


def write(folder: Path, exceptions: dict[str, str] | None = None) -> WordNet:
    for part, synsets in SYNSETS.items():
        data, offsets = "  1 The licence stands here.\n", {}
        for lemmas in synsets:
            for lemma in lemmas:
                offsets.setdefault(lemma.split("(")[0].lower(), []).append(len(data))
            fields = " ".join(f"{lemma} 0" for lemma in lemmas)
            data += f'{len(data):08d} 03 {part[0]} {len(lemmas):02x} {fields} 000 | a gloss; with "words"  \n'
        index = ["  1 The licence stands here."]
        for lemma in sorted(offsets):
            places = offsets[lemma]
            tail = " ".join(f"{place:08d}" for place in places)
            index.append(f"{lemma} {part[0]} {len(places)} 2 @ ~ {len(places)} 0 {tail}  ")
        (folder / f"data.{part}").write_text(data, encoding="utf-8")
        (folder / f"index.{part}").write_text("\n".join(index) + "\n", encoding="utf-8")
    for part, rows in (exceptions or {}).items():
        (folder / f"{part}.exc").write_text(rows, encoding="utf-8")
    return WordNet(path=str(folder))


def test_synonyms_are_the_lemmas_of_all_senses_without_phrases(tmp_path: Path) -> None:
    wordnet = write(tmp_path)
    assert wordnet.synonyms("film") == ("layer", "movie")
    assert wordnet.synonyms("movie") == ("film",)
    assert wordnet.synonyms("unheard") == ()


def test_every_part_of_speech_counts(tmp_path: Path) -> None:
    assert write(tmp_path).synonyms("good") == ("sound", "well")


def test_case_is_the_lexicons_and_the_word_as_written_is_left_out(tmp_path: Path) -> None:
    wordnet = write(tmp_path)
    assert wordnet.synonyms("Good") == ("good", "sound", "well")
    assert wordnet.synonyms("BIG") == ("Brobdingnagian", "big", "large")
    assert wordnet.synonyms("man") == ("Homo",)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("films", ("film", "layer", "movie")),
        ("baking", ("bake", "roast")),
        ("tries", ("attempt", "try")),
        ("bigger", ()),
        ("larger", ("Brobdingnagian", "big", "large")),
    ],
)
def test_regular_endings_lead_to_the_base_form(tmp_path: Path, word: str, expected: tuple[str, ...]) -> None:
    assert write(tmp_path, {"noun": "geese goose\n"}).synonyms(word) == expected


def test_exception_files_give_irregular_forms_instead_of_the_endings(tmp_path: Path) -> None:
    wordnet = write(tmp_path, {"noun": "geese goose\nfilms leaf\n", "verb": "went go\n"})
    assert wordnet.synonyms("geese") == ("fathead", "goose")
    assert wordnet.synonyms("went") == ("go", "travel")
    assert wordnet.synonyms("films") == ("leaf", "leafage")
    assert wordnet.synonyms("men") == ("Homo", "man")


def test_without_exception_files_irregular_forms_come_from_lemminflect(tmp_path: Path) -> None:
    wordnet = write(tmp_path)
    assert wordnet.synonyms("geese") == ("fathead", "goose")
    assert wordnet.synonyms("went") == ("go", "travel")
    assert wordnet.synonyms("leaves") == ("leaf", "leafage")


@pytest.mark.parametrize("word", ["s", "ed", "ing", "", "1", " ", "é", "\udcff", "  1"])
def test_words_that_are_no_words_have_no_synonyms(tmp_path: Path, word: str) -> None:
    assert write(tmp_path).synonyms(word) == ()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "index.verb").unlink()
    with pytest.raises(AssetError, match=r"index\.verb"):
        WordNet(path=str(tmp_path)).synonyms("film")


def test_files_that_do_not_belong_together_are_noticed(tmp_path: Path) -> None:
    wordnet = write(tmp_path)
    path = tmp_path / "data.noun"
    path.write_text("x" + path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(AssetError, match=r"data\.noun"):
        wordnet.synonyms("film")


def test_the_fingerprint_is_of_the_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = write(tmp_path / "a"), write(tmp_path / "b")
    assert first.fingerprint() == second.fingerprint()
    third = write(tmp_path / "b", {"noun": "geese goose\n"})
    assert third.fingerprint() != first.fingerprint()


def test_wordnet_is_named_in_toml() -> None:
    assert Lexicon.from_config("wordnet") == WordNet()
