"""N-grams begin where the mean over a word is near the teacher's vector of it."""

import numpy as np

from rosearch.data.ngrams import NGrams
from rosearch.students.ngram_embedding import ngram_embedding

STEMS = ["wonder", "terror", "plain", "gloom", "bright", "stupid"]
WORDS = [f"{stem}{ending}" for stem in STEMS for ending in ("", "ful", "ly", "ed", "ing", "er")]
VECTORS = np.random.default_rng(0).normal(size=(len(STEMS), 8))
TABLE = np.concatenate([np.zeros((3, 8)), np.repeat(VECTORS, 6, axis=0)])
ENTRIES = [(word, 3 + number) for number, word in enumerate(WORDS)]


def mean(vectors: np.ndarray, ngrams: NGrams, word: str) -> np.ndarray:
    return vectors[ngrams.ids(word)].mean(axis=0)  # type: ignore[no-any-return]


def cosine(first: np.ndarray, second: np.ndarray) -> float:
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


def test_words_are_spelt_and_misspelt_ones_stay_near() -> None:
    ngrams = NGrams(buckets=4000)
    vectors = ngram_embedding(ENTRIES, TABLE, ngrams)
    assert vectors.shape == (4001, 8)
    assert vectors.dtype == np.float32
    for word, row in ENTRIES:
        assert cosine(mean(vectors, ngrams, word), TABLE[row]) > 0.9
    for stem, row in zip(STEMS, range(3, 39, 6), strict=True):
        assert cosine(mean(vectors, ngrams, f"{stem}fulx"), TABLE[row]) > 0.8


def test_padding_and_unknown_ngrams_say_nothing() -> None:
    ngrams = NGrams(buckets=4000)
    vectors = ngram_embedding(ENTRIES, TABLE, ngrams)
    unknown = np.setdiff1d(np.arange(4001), np.concatenate([ngrams.ids(word) for word in WORDS]))
    assert 0 in unknown
    assert not vectors[unknown].any()


def test_it_solves_what_it_says() -> None:
    ngrams = NGrams(buckets=40)
    vectors = ngram_embedding(ENTRIES, TABLE, ngrams)
    shares = np.array([np.bincount(ngrams.ids(word), minlength=41) / len(ngrams.ids(word)) for word in WORDS])
    wanted = TABLE[[row for _, row in ENTRIES]]
    exact = np.linalg.solve(shares.T @ shares + 0.2 * np.eye(41), shares.T @ wanted)
    np.testing.assert_allclose(vectors, exact, atol=1e-3)


def test_no_words_give_zeros() -> None:
    assert not ngram_embedding([], TABLE, NGrams(buckets=5)).any()
