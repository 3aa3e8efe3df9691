"""Unknown words are corrected by frequency; known ones never."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosearch.data.spelling import SpellingCorrector, _distance

WORDS = Counter({"movie": 9, "moved": 3, "terrible": 5, "wonderful": 4, "great": 7, "treat": 2, "acting": 3, "free": 6})


@pytest.fixture(scope="module")
def corrector() -> SpellingCorrector:
    return SpellingCorrector(WORDS)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("movie", "movie"),
        ("mvoie", "movie"),
        ("moviee", "movie"),
        ("Movle", "Movie"),
        ("TERIBLE", "TERRIBLE"),
        ("wnoderfull", "wonderful"),
        ("fr33", "free"),
        ("gr3at", "great"),
        ("mp3", "mp3"),
        ("xyzzy", "xyzzy"),
        ("teh", "teh"),
        ("creat", "great"),
    ],
)
def test_corrects(corrector: SpellingCorrector, written: str, meant: str) -> None:
    assert corrector.correct(written) == meant


@given(st.sampled_from(sorted(WORDS)), st.integers(0, 30), st.sampled_from("abcxyz"))
def test_a_known_word_stays_and_one_edit_of_a_long_word_comes_back(word: str, at: int, letter: str) -> None:
    corrector = SpellingCorrector(Counter({word: 1}))
    assert corrector.correct(word) == word
    edited = word[: at % len(word)] + letter + word[at % len(word) :]
    assert corrector.correct(edited) == word


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_the_distance_is_symmetric_and_zero_only_for_equals(first: str, second: str) -> None:
    assert _distance(first, second, 9) == _distance(second, first, 9)
    assert (_distance(first, second, 9) == 0) == (first == second)


def test_a_word_with_letters_beyond_ascii_is_corrected_too() -> None:
    corrector = SpellingCorrector(Counter({"schön": 2, "movie": 1}))
    assert corrector.correct("shcön") == "schön"
    assert corrector.correct("m\u043evie") == "movie"


def test_rare_words_of_texts_are_not_known() -> None:
    corrector = SpellingCorrector.of_texts(["movie"] * 3 + ["mvoie"])
    assert corrector.correct("mvoie") == "movie"
