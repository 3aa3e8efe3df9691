"""Packed token ids and batches."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer as Backend
from tokenizers import models, pre_tokenizers, processors

from rosearch.core.errors import TeacherError
from rosearch.data import tokenization
from rosearch.data.batching import batches_by_length, length_buckets
from rosearch.data.tokenization import Tokenizer

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "fine", "film", "##s"]


def make_backend() -> Backend:
    backend = Backend(models.WordPiece({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))  # noqa: S106
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return backend


@pytest.fixture
def tokenizer() -> Tokenizer:
    return Tokenizer(make_backend())


def test_texts_are_packed_with_special_tokens(tokenizer: Tokenizer) -> None:
    encoded = tokenizer.encode(["a fine film", "films", "strange"], max_length=16)
    assert [tokenizer.tokens(encoded[row]) for row in range(3)] == [
        ["[CLS]", "a", "fine", "film", "[SEP]"],
        ["[CLS]", "film", "##s", "[SEP]"],
        ["[CLS]", "[UNK]", "[SEP]"],
    ]
    assert (encoded.ids.dtype, encoded.truncated, len(encoded)) == (np.int32, 0, 3)
    assert np.array_equal(encoded.lengths, [5, 4, 3])
    assert (tokenizer.vocabulary_size, tokenizer.token_id("film"), tokenizer.token_id("none")) == (8, 6, None)


def test_pairs_are_cut_from_the_longer_field_and_cuts_are_counted(tokenizer: Tokenizer) -> None:
    texts = [("a a a a a a", "film"), ("a", "film")]
    encoded = tokenizer.encode(texts, max_length=6)
    assert tokenizer.tokens(encoded[0]) == ["[CLS]", "a", "a", "[SEP]", "film", "[SEP]"]
    assert encoded.truncated == 1
    exact = tokenizer.encode(["a a a a"], max_length=6)
    assert (len(exact[0]), exact.truncated) == (6, 0)


def test_what_the_file_says_about_cutting_and_padding_does_not_count(tokenizer: Tokenizer) -> None:
    backend = make_backend()
    backend.enable_truncation(3)
    backend.enable_padding(length=50)
    encoded = Tokenizer(backend).encode(["a fine film", "film"], max_length=16)
    assert np.array_equal(encoded.ids, tokenizer.encode(["a fine film", "film"], max_length=16).ids)
    assert backend.truncation is not None
    assert backend.padding is not None


def test_chunks_do_not_show(tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["a", "fine film", "films a", "", "film"]
    whole = tokenizer.encode(texts, max_length=8)
    monkeypatch.setattr(tokenization, "CHUNK", 2)
    cut = tokenizer.encode(texts, max_length=8)
    assert np.array_equal(whole.ids, cut.ids)
    assert np.array_equal(whole.offsets, cut.offsets)


def test_batches_are_padded_to_the_longest_or_as_asked(tokenizer: Tokenizer) -> None:
    encoded = tokenizer.encode(["a fine film", "film"], max_length=16)
    ids, mask = encoded.batch([1, 0, 1])
    assert np.array_equal(ids, [[2, 6, 3, 0, 0], [2, 4, 5, 6, 3], [2, 6, 3, 0, 0]])
    assert np.array_equal(mask, ids != 0)
    assert (ids.dtype, mask.dtype) == (np.int64, np.bool_)
    assert encoded.batch(np.array([1]), pad_to=4)[0].tolist() == [[2, 6, 3, 0]]
    with pytest.raises(ValueError, match="pad_to = 4 is shorter than a text of 5 tokens"):
        encoded.batch([0], pad_to=4)


@given(st.lists(st.lists(st.sampled_from(WORDS[4:]), max_size=9), min_size=1, max_size=9), st.data())
def test_a_batch_holds_each_text_as_it_was_encoded(texts: list[list[str]], data: st.DataObject) -> None:
    encoded = Tokenizer(make_backend()).encode([" ".join(words) for words in texts], max_length=7)
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1), min_size=1, max_size=12))
    ids, mask = encoded.batch(rows)
    for row, line, shown in zip(rows, ids, mask, strict=True):
        assert np.array_equal(line[shown], encoded[row])
        assert np.all(line[~shown] == 0)
        assert np.all(np.diff(shown.astype(int)) <= 0)


def test_rows_that_do_not_exist_are_refused(tokenizer: Tokenizer) -> None:
    encoded = tokenizer.encode(["a", "film"], max_length=8)
    assert np.array_equal(encoded[-1], encoded[1])
    for row in (2, -3):
        with pytest.raises(IndexError):
            encoded[row]


def test_no_texts_and_no_room(tokenizer: Tokenizer) -> None:
    assert len(tokenizer.encode([], max_length=8)) == 0
    with pytest.raises(ValueError, match="max_length = 2 leaves no room beside 2 special tokens"):
        tokenizer.encode(["a"], max_length=2)
    with pytest.raises(ValueError, match="beside 3 special tokens"):
        tokenizer.encode([("a", "a")], max_length=3)


def test_what_was_encoded_last_does_not_show_in_the_file(tokenizer: Tokenizer, tmp_path: Path) -> None:
    tokenizer.save(tmp_path / "before")
    tokenizer.encode(["a fine film"], max_length=4)
    tokenizer.save(tmp_path / "after")
    before, after = (path / "tokenizer.json" for path in (tmp_path / "before", tmp_path / "after"))
    assert before.read_bytes() == after.read_bytes()


def test_a_saved_tokenizer_is_the_same(tokenizer: Tokenizer, tmp_path: Path) -> None:
    Tokenizer(make_backend(), padding_id=1).save(tmp_path)
    loaded = Tokenizer.load(tmp_path)
    assert loaded.padding_id == 1
    texts = ["a fine film", "films"]
    assert np.array_equal(loaded.encode(texts, max_length=4).ids, tokenizer.encode(texts, max_length=4).ids)


@pytest.mark.parametrize(
    ("vocabulary", "expected"), [(["x", "[UNK]", "<pad>"], 2), (["[UNK]", "[PAD]"], 1), (["[UNK]"], 0)]
)
def test_the_padding_id_is_found(vocabulary: list[str], expected: int) -> None:
    backend = Backend(models.WordLevel({word: number for number, word in enumerate(vocabulary)}, unk_token="[UNK]"))  # noqa: S106
    assert Tokenizer(backend).padding_id == expected


def test_a_folder_without_a_tokenizer_is_named(tmp_path: Path) -> None:
    with pytest.raises(TeacherError, match=r"tokenizer\.json: no such file"):
        Tokenizer.load(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(TeacherError, match=r"tokenizer\.json: is no tokenizer"):
        Tokenizer.load(tmp_path)


@given(st.lists(st.integers(1, 128), max_size=200), st.integers(1, 40), st.integers(0, 10))
def test_an_epoch_shows_each_text_once_in_full_batches(lengths: list[int], batch_size: int, seed: int) -> None:
    batches = list(length_buckets(np.array(lengths, dtype=np.int64), batch_size, rng=np.random.default_rng(seed)))
    assert sorted(np.concatenate(batches)) == list(range(len(lengths))) if batches else not lengths
    assert sum(len(batch) < batch_size for batch in batches) <= 1
    again = length_buckets(np.array(lengths, dtype=np.int64), batch_size, rng=np.random.default_rng(seed))
    assert all(np.array_equal(one, other) for one, other in zip(batches, again, strict=True))


def test_batches_hold_like_lengths_and_differ_between_epochs() -> None:
    rng = np.random.default_rng(0)
    lengths = rng.integers(4, 65, size=2000)
    first, second = list(length_buckets(lengths, 32, rng=rng)), list(length_buckets(lengths, 32, rng=rng))
    padded = sum(len(batch) * lengths[batch].max() for batch in first)
    assert padded < 1.15 * lengths.sum()
    assert {tuple(sorted(batch)) for batch in first} != {tuple(sorted(batch)) for batch in second}
    means = [lengths[batch].mean() for batch in first]
    assert abs(np.corrcoef(np.arange(len(means)), means)[0, 1]) < 0.5


def test_a_batch_size_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="batch_size = 0 must be at least 1"):
        list(length_buckets(np.array([1]), 0, rng=np.random.default_rng(0)))


@given(st.lists(st.integers(1, 5000), max_size=60), st.integers(1, 9000))
def test_batches_hold_every_row_once_and_not_too_many_tokens(lengths: list[int], most_tokens: int) -> None:
    sizes = np.array(lengths, dtype=np.int64)
    batches = list(batches_by_length(sizes, most_tokens=most_tokens))
    assert sorted(row for batch in batches for row in batch.tolist()) == list(range(len(lengths)))
    assert all(len(batch) * sizes[batch].max() <= most_tokens or len(batch) == 1 for batch in batches)
    assert all(sizes[one].max() <= sizes[other].min() for one, other in pairwise(batches))
