"""Inputs: the teacher's table, cut to a low rank."""

import numpy as np
import pytest
import torch

from rosearch.core.errors import TeacherError
from rosearch.space.architecture import InputGenes
from rosearch.students.inputs import PieceInput, sinusoids, svd_embedding

TABLE = np.random.default_rng(0).normal(size=(200, 24)).astype(np.float32) @ np.diag(0.8 ** np.arange(24))


@pytest.mark.parametrize("rank", [1, 5, 24])
def test_svd_is_exact(rank: int) -> None:
    left, values, _ = np.linalg.svd(TABLE.astype(np.float64), full_matrices=False)
    expected = left[:, :rank] * values[:rank]
    actual = svd_embedding(TABLE, rank)
    assert actual.shape == (200, rank)
    assert actual.dtype == np.float32
    signs = np.sign((expected * actual).sum(axis=0))
    np.testing.assert_allclose(actual * signs, expected, atol=1e-5)


def test_signs_do_not_depend_on_the_solver() -> None:
    flipped = svd_embedding(-TABLE, 5)
    np.testing.assert_allclose(flipped, -svd_embedding(TABLE, 5), atol=1e-5)
    np.testing.assert_array_equal(svd_embedding(TABLE, 5), svd_embedding(TABLE.copy(), 5))


def test_inner_products_are_kept_and_a_rank_beyond_the_width_is_zeros() -> None:
    wide = svd_embedding(TABLE, 32)
    np.testing.assert_allclose(wide @ wide.T, TABLE @ TABLE.T, atol=1e-3)
    assert not wide[:, 24:].any()


@pytest.mark.parametrize("trained", [False, True])
def test_a_table_is_loaded(trained: bool) -> None:
    module = PieceInput(InputGenes(rank=8, trained=trained), 16, vocabulary_size=200, padding_id=0)
    module.load_table(svd_embedding(TABLE, 8))
    np.testing.assert_array_equal(module.table.weight.detach().numpy(), svd_embedding(TABLE, 8))
    assert module.table.weight.requires_grad is trained


def test_a_table_of_another_shape_is_refused() -> None:
    module = PieceInput(InputGenes(rank=8, trained=True), 16, vocabulary_size=199, padding_id=0)
    with pytest.raises(TeacherError, match=r"\(200, 8\), the student needs \(199, 8\)"):
        module.load_table(svd_embedding(TABLE, 8))


def test_positions_differ_and_have_one_length() -> None:
    waves = sinusoids(50, 16)
    assert torch.allclose(waves.norm(dim=1), waves[0].norm().expand(50), atol=1e-5)
    assert torch.cdist(waves, waves).fill_diagonal_(1).min() > 0.01
    assert sinusoids(3, 7).shape == (3, 7)
