"""Each word of a batch is read once, and nobody can tell."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from rosearch.students import distinct_words
from rosearch.students.distinct_words import MOST_FEATURES, each_word_once


class Reader:
    """Gives each row a vector of its own, and remembers how many it was asked for."""

    def __init__(self, features: int) -> None:
        self.weight = torch.randn(features, 4, dtype=torch.float64, requires_grad=True)
        self.asked: list[int] = []

    def __call__(self, ids_NK: Tensor) -> Tensor:
        self.asked.append(len(ids_NK))
        return ids_NK.double() @ self.weight


def words(tokens: int, features: int, *, distinct: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randint(0, 9000, (distinct, features), generator=generator)
    return rows[torch.randint(0, distinct, (tokens,), generator=generator)]


@given(st.integers(1, 60), st.integers(1, 20), st.integers(1, 30), st.integers(0, 1000))
def test_vectors_and_gradients_are_those_of_every_row(tokens: int, features: int, distinct: int, seed: int) -> None:
    ids = words(tokens, features, distinct=distinct, seed=seed)
    reader = Reader(features)
    scale = torch.randn(tokens, 4, dtype=torch.float64)
    once, all_of_them = each_word_once(reader, ids), reader(ids)
    torch.testing.assert_close(once, all_of_them)
    gradients = [torch.autograd.grad((vectors * scale).sum(), reader.weight)[0] for vectors in (once, all_of_them)]
    torch.testing.assert_close(*gradients)
    assert reader.asked[0] == len(torch.unique(ids, dim=0))


def test_order_and_padding_are_part_of_a_word() -> None:
    ids = torch.tensor([[1, 2, 0], [2, 1, 0], [0, 1, 2], [1, 2, 0]])
    reader = Reader(3)
    each_word_once(reader, ids)
    assert reader.asked == [3]


def test_two_words_with_one_key_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distinct_words, "_POWERS", [1] * MOST_FEATURES)
    ids = torch.tensor([[1, 2], [2, 1], [1, 2]])
    reader = Reader(2)
    torch.testing.assert_close(each_word_once(reader, ids), reader(ids))
    assert reader.asked == [3, 3]


def test_more_features_than_a_word_can_have_are_read_as_they_are() -> None:
    reader = Reader(MOST_FEATURES + 1)
    each_word_once(reader, words(5, MOST_FEATURES + 1, distinct=2))
    assert reader.asked == [5]


def test_a_recorded_graph_asks_for_every_row() -> None:
    class Reading(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = torch.nn.Embedding(10, 2)

        def forward(self, ids_NK: Tensor) -> Tensor:
            return each_word_once(lambda ids: self.table(ids).sum(1), ids_NK)

    module, ids = Reading(), torch.randint(0, 10, (6, 3))
    program = torch.export.export(module, (ids,), dynamic_shapes={"ids_NK": {0: torch.export.Dim("tokens")}})
    other = torch.randint(0, 10, (4, 3))
    torch.testing.assert_close(program.module()(other), module(other))
