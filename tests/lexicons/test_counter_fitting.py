from pathlib import Path

import numpy as np

from rosearch.lexicons.counter_fitting import CounterFitting, unit_rows
from rosearch.lexicons.word_vectors import WordVectors, nearest

RNG = np.random.default_rng(0)
VECTORS = unit_rows(RNG.normal(size=(60, 12)).astype(np.float32) + 1.0)


def cosine(vectors: np.ndarray, first: int, second: int) -> float:
    return float(vectors[first] @ vectors[second])


def test_synonyms_come_together_and_antonyms_go_apart() -> None:
    none = np.empty((0, 2), dtype=np.int64)
    fitted = CounterFitting().fit(VECTORS, synonyms=np.array([[0, 1]]), antonyms=np.array([[2, 3]]), kept=none)
    assert cosine(fitted, 0, 1) > cosine(VECTORS, 0, 1) + 0.1
    assert cosine(fitted, 2, 3) < cosine(VECTORS, 2, 3) - 0.1
    np.testing.assert_allclose(np.linalg.norm(fitted, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(fitted[4:], VECTORS[4:], atol=1e-6)


def test_antonyms_stop_at_the_margin_and_neighbours_are_drawn_along() -> None:
    near = unit_rows(VECTORS[:3] + np.float32(0.02) * RNG.normal(size=(3, 12)).astype(np.float32))
    vectors = np.concatenate([VECTORS[:3], near])
    kept = np.array([[0, 3], [1, 4], [2, 5]])
    settings = CounterFitting(epochs=200)
    fitted = settings.fit(vectors, synonyms=np.empty((0, 2), np.int64), antonyms=np.array([[0, 1]]), kept=kept)
    assert abs(cosine(fitted, 0, 1)) < 0.15
    alone = settings.fit(vectors, synonyms=np.empty((0, 2), np.int64), antonyms=np.array([[0, 1]]), kept=kept[:0])
    assert cosine(fitted, 0, 3) > cosine(alone, 0, 3)


def test_the_nearest_are_those_of_a_plain_search() -> None:
    neighbours, cosines = nearest(VECTORS, np.array([5, 0]), count=4)
    for row, found, values in zip((5, 0), neighbours, cosines, strict=True):
        order = sorted((other for other in range(60) if other != row), key=lambda other: -cosine(VECTORS, row, other))
        assert found.tolist() == order[:4]
        np.testing.assert_allclose(values, [cosine(VECTORS, row, other) for other in order[:4]], atol=1e-6)


def test_a_table_is_written_and_mapped_again(tmp_path: Path) -> None:
    table = WordVectors.of([f"word{at}" for at in range(60)], VECTORS)
    table.write(tmp_path)
    again = WordVectors.open(tmp_path)
    assert again.near("word7", count=5, min_cosine=-1) == table.near("word7", count=5, min_cosine=-1)
    assert again.near("nowhere", count=5, min_cosine=-1) == []
    assert isinstance(again.vectors, np.memmap)
    assert len(table.near("word7", count=50, min_cosine=0.99)) < 50
