"""Words read as another word: their texts are one text, and everything else stays."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosearch.core.protocols import Text
from rosearch.data.letters import Letters
from rosearch.data.spelling import SpellingCorrector
from rosearch.data.word_reading import WordReading
from rosearch.teachers.teacher import PreparedTeacher

CLUSTERS = WordReading({"film": "movie", "picture": "movie", "movie": "movie", "well-made": "fine", "made": "built"})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a film, the picture: a movie!", "a movie, the movie: a movie!"),
        ("Film FILM filming", "Movie MOVIE filming"),
        ("a well-made, well-built, newly-made film's", "a fine, well-built, newly-built movie's"),
        ("  film \t", "  movie \t"),
        ("", ""),
    ],
)
def test_words_are_replaced_and_all_else_stays(written: str, read: str) -> None:
    assert CLUSTERS.rewrite(written) == read


def test_both_fields_of_a_pair_are_read() -> None:
    assert CLUSTERS.read(("a film", "picture")) == ("a movie", "movie")


@given(st.text(st.sampled_from("film picturewas-'. "), max_size=30) | st.text(max_size=20))
def test_every_character_comes_from_somewhere(text: str) -> None:
    read, origins = CLUSTERS.rewrite(text), CLUSTERS.origins(text)
    assert len(read) == len(origins)
    assert CLUSTERS.rewrite(read) == read
    for letter, (start, end) in zip(read, origins, strict=True):
        assert 0 <= start < end <= len(text)
        assert text[start:end] == letter or text[start:end].lower() in CLUSTERS.representatives
    assert [start for start, _ in origins] == sorted(start for start, _ in origins)


def test_the_letters_of_a_replaced_word_come_from_all_of_it() -> None:
    assert CLUSTERS.origins("a film.") == [(0, 1), (1, 2), *[(2, 6)] * 5, (6, 7)]


SPELLING = SpellingCorrector({"movie": 3, "superb": 2, "fine": 1, "picture": 1, "well": 1, "made": 2})
SPELT = WordReading({"film": "movie", "superb": "great"}, spelling=SPELLING)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a mvoie, a Suprb one", "a movie, a Great one"),
        ("PICTRUE m0vie pictur\u200be", "PICTURE movie picture"),
        ("a well-maed film's plot", "a well-made movie's plot"),
        ("fin3 words nobody knows @ 3 $", "fine words nobody knows @ 3 $"),
        ("m\u043evi\u0435", "movie"),
        ("", ""),
    ],
)
def test_unknown_words_are_corrected_before_clusters_are_looked_up(written: str, read: str) -> None:
    assert SPELT.rewrite(written) == read


@given(st.text(st.sampled_from("film superbnovie-'. 0@"), max_size=30) | st.text(max_size=20))
def test_every_character_of_a_corrected_text_comes_from_somewhere(text: str) -> None:
    read, origins = SPELT.rewrite(text), SPELT.origins(text)
    assert len(read) == len(origins)
    for letter, (start, end) in zip(read, origins, strict=True):
        assert 0 <= start < end <= len(text)
        assert text[start:end] == letter or end - start > 1
    assert [start for start, _ in origins] == sorted(start for start, _ in origins)


@pytest.mark.parametrize("reading", [CLUSTERS, SPELT, WordReading({}, spelling=SPELLING)])
def test_plain_data_make_the_same_reading(reading: WordReading) -> None:
    assert WordReading.from_record(json.loads(json.dumps(reading.to_record()))) == reading


def test_no_data_make_no_reading() -> None:
    assert WordReading.from_record({"padding_id": 0}) is None


def test_a_tokenizer_reads_synonyms_as_one(prepared_teacher: PreparedTeacher, tmp_path: Path) -> None:
    plain = prepared_teacher.tokenizer()
    clusters = WordReading({"superb": "great", "film": "movie"})
    tokenizer = plain.with_reading(clusters).with_characters(Letters())
    texts: list[Text] = ["a superb film .", "a great movie ."]
    encoded = tokenizer.encode(texts, max_length=12)
    np.testing.assert_array_equal(encoded[0], encoded[1])
    np.testing.assert_array_equal(encoded.character_batch([0]), encoded.character_batch([1]))
    np.testing.assert_array_equal(encoded[1], plain.encode(texts, max_length=12)[1])
    np.testing.assert_array_equal(encoded.ids, tokenizer.encode_similar(texts, max_length=12).ids)
    np.testing.assert_array_equal(tokenizer.pieces(["superb"]).ids, plain.pieces(["great"]).ids)

    tokenizer.save(tmp_path)
    after = type(plain).load(tmp_path)
    assert after.reading == clusters
    assert after.characters == Letters()
    np.testing.assert_array_equal(after.encode(texts, max_length=12).ids, encoded.ids)


def test_tokens_stand_where_their_words_are_written(prepared_teacher: PreparedTeacher) -> None:
    plain = prepared_teacher.tokenizer()
    tokenizer = plain.with_reading(WordReading({"ok": "xyz"}))
    spans = tokenizer.token_spans(["an ok movie", ("ok", "a ok")], max_length=12)  # type: ignore[list-item]
    tokens = tokenizer.tokens(tokenizer.encode(["an ok movie"], max_length=12)[0])
    assert tokens[-5:] == ["x", "##y", "##z", "movie", "[SEP]"]
    assert spans[len(tokens) - 5 : len(tokens)].tolist() == [[0, 3, 5]] * 3 + [[0, 6, 11], [-1, 0, 0]]
    np.testing.assert_array_equal(
        plain.token_spans(["a great movie"], max_length=12), tokenizer.token_spans(["a great movie"], max_length=12)
    )
