"""Characters: each piece shows its whole word's, whatever became of the word's pieces."""

from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rosearch.core.errors import ConfigError
from rosearch.core.protocols import Text
from rosearch.data.characters import MOST_LETTERS, Characters, WordTable
from rosearch.data.encoded import Encoded
from rosearch.data.letters import Letters
from rosearch.data.ngrams import NGrams
from rosearch.data.tokenization import Tokenizer
from rosearch.teachers.teacher import PreparedTeacher

KINDS = (NGrams(buckets=500), Letters())
written = st.text(st.characters(codec="utf-8"), max_size=12)


@pytest.fixture(scope="module")
def plain(prepared_teacher: PreparedTeacher) -> Tokenizer:
    return prepared_teacher.tokenizer()


def of_tokens(encoded: Encoded, row: int = 0) -> list[list[int]]:
    """Returns the features of each token of a text, without padding."""
    batch = encoded.character_batch([row])
    assert batch is not None
    return [[int(number) for number in features if number] for features in batch[0]]


def test_ngrams_are_what_the_documentation_says() -> None:
    grams = ["<no", "no>", "<no>"]
    assert NGrams(buckets=97).ids("no").tolist() == [1 + crc32(gram.encode()) % 97 for gram in grams]
    assert len(NGrams(buckets=97).ids("a")) == 1


def test_letters_are_bytes_between_marks() -> None:
    assert Letters().ids("né").tolist() == [257, 1 + ord("n"), 1 + 0xC3, 1 + 0xA9, 258]


@given(st.text(min_size=1), st.sampled_from(KINDS))
def test_any_word_has_features_within_the_rows_and_no_more_than_its_length_allows(word: str, kind: Characters) -> None:
    ids = kind.ids(word)
    assert 1 <= len(ids) <= 3 * (MOST_LETTERS + 2)
    assert ids.min() >= 1
    assert ids.max() < kind.rows
    np.testing.assert_array_equal(ids, kind.ids(word))


def test_a_misspelt_word_keeps_most_of_its_ngrams() -> None:
    ids = NGrams(buckets=1 << 20).ids
    assert len({*ids("wonderful")} & {*ids("wonderfull")}) > 0.7 * len(ids("wonderful"))


@pytest.mark.parametrize("kind", KINDS)
def test_each_piece_has_the_features_of_its_word(plain: Tokenizer, kind: Characters) -> None:
    encoded = plain.with_characters(kind).encode(["A Movie€ xyZ [UNK] [MASK]!"], max_length=32)
    tokens = plain.tokens(encoded[0])
    assert tokens == ["[CLS]", "a", "[UNK]", "x", "##y", "##z", "[UNK]", "[MASK]", "[UNK]", "[SEP]"]
    words = ["", "a", "movie€", "xyz", "xyz", "xyz", "", "", "!", ""]
    assert of_tokens(encoded) == [kind.ids(word).tolist() if word else [] for word in words]


def test_ids_are_the_same_with_and_without(plain: Tokenizer) -> None:
    texts = ["a great movie .", "", "xyz " * 40, "ünïcode 😀 words"]
    expected = plain.encode(texts, max_length=20)
    actual = plain.with_characters(Letters()).encode(texts, max_length=20)
    np.testing.assert_array_equal(actual.ids, expected.ids)
    np.testing.assert_array_equal(actual.offsets, expected.offsets)
    assert actual.truncated == expected.truncated
    assert expected.character_batch([0]) is None


def test_a_word_that_is_cut_off_shows_all_its_letters(plain: Tokenizer) -> None:
    letters = plain.with_characters(Letters())
    for texts in (["a xyzxyz"], [("a", "xyzxyz")], [("xyzxyz", "a")]):
        for length in range(6, 10):
            found = of_tokens(letters.encode(texts, max_length=length))
            assert Letters().ids("xyzxyz").tolist() in found


def test_two_fields_keep_their_words_apart(plain: Tokenizer) -> None:
    encoded = plain.with_characters(Letters()).encode([("dull plot", "great")], max_length=20)
    words = ["", "dull", "plot", "", "great", ""]
    assert of_tokens(encoded) == [Letters().ids(word).tolist() if word else [] for word in words]


@settings(max_examples=30)
@given(st.lists(written, min_size=1, max_size=4))
def test_a_batch_is_its_texts_alone_and_padding_has_no_features(plain: Tokenizer, texts: list[str]) -> None:
    tokenizer = plain.with_characters(NGrams(buckets=50))
    together = tokenizer.encode(texts, max_length=16)
    batch = together.character_batch(range(len(texts)), pad_to=16)
    assert batch is not None
    assert batch.shape[1] == 16
    for row, text in enumerate(texts):
        alone = of_tokens(tokenizer.encode([text], max_length=16))
        assert [[int(number) for number in features if number] for features in batch[row]] == (
            alone + [[]] * (16 - len(alone))
        )


def test_each_word_is_computed_once_and_old_results_stay() -> None:
    asked: list[str] = []

    class Counted(Characters):
        rows = 5000

        def ids(self, word: str) -> NDArray[np.int32]:
            asked.append(word)
            return np.full(len(word), len(asked), dtype=np.int32)

    table = WordTable(Counted(), str.lower)
    first = table.row("Word")
    assert (table.row("word"), table.row("WORD"), table.row("")) == (first, first, 0)
    before = table.features()
    rows = [table.row("w" * (1 + number % 50) + str(number)) for number in range(3000)]
    assert len(asked) == len(set(rows)) + 1
    assert before.gather(np.array([[first, 0]])).tolist() == [[[1, 1, 1, 1], [0, 0, 0, 0]]]
    assert table.features().gather(np.array([[first]])).tolist() == [[[1, 1, 1, 1]]]


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_a_saved_tokenizer_tells_the_same(plain: Tokenizer, kind: Characters | None, tmp_path: Path) -> None:
    before = plain.with_characters(kind)
    before.save(tmp_path)
    after = Tokenizer.load(tmp_path)
    assert after.characters == kind
    texts: list[Text] = ["a great movie", "xyz"]
    assert str(after.encode(texts, max_length=9).character_batch([0, 1])) == str(
        before.encode(texts, max_length=9).character_batch([0, 1])
    )


def test_settings_that_name_no_kind_are_refused(plain: Tokenizer, tmp_path: Path) -> None:
    plain.with_characters(Letters()).save(tmp_path)
    path = tmp_path / "tokenization.json"
    path.write_text(path.read_text().replace('"letters"', '"lettres"'))
    with pytest.raises(ConfigError, match=r"tokenization.json: characters: unknown characters kind 'lettres'.*letters"):
        Tokenizer.load(tmp_path)


def test_no_buckets_are_refused() -> None:
    with pytest.raises(ValueError, match="buckets must be at least 1"):
        NGrams(buckets=0)


def test_texts_without_tokens_have_no_features(plain: Tokenizer) -> None:
    encoded = plain.with_characters(Letters()).encode([], max_length=9)
    assert encoded.character_batch(np.empty(0, dtype=np.int64)).shape == (0, 0, 1)  # type: ignore[union-attr]
