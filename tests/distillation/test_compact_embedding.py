"""The compact table: only rows in use, and everything back in its place."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rosearch.distillation.compact_embedding import compact_embedding
from rosearch.space.architecture import InputGenes
from rosearch.students.network import StudentNetwork
from rosearch.students.standard import bag_of_embeddings

VOCABULARY = 30


def network(*, trained: bool = True, padding_id: int = 0) -> StudentNetwork:
    bag = bag_of_embeddings(InputGenes(rank=4, trained=trained))
    return StudentNetwork(bag, vocabulary_size=VOCABULARY, classes=2, padding_id=padding_id)


@settings(max_examples=40)
@given(st.lists(st.integers(0, VOCABULARY - 1), max_size=20), st.integers(0, VOCABULARY - 1), st.booleans())
def test_a_block_sees_the_same_vectors_and_what_it_changes_lands_in_its_row(
    ids: list[int], padding: int, trained: bool
) -> None:
    student = network(trained=trained, padding_id=padding)
    whole = student.input.table
    before = whole.weight.detach().clone()
    state = torch.random.get_rng_state()
    with compact_embedding(student, np.array(ids, dtype=np.int32)) as places:
        small = student.input.table
        used = sorted({*ids, padding})
        assert small.num_embeddings == len(used)
        assert small.padding_idx == places[padding]
        assert small.weight.requires_grad is trained
        assert torch.equal(small(torch.from_numpy(places[used])), before[used])
        assert [name for name, _ in student.named_parameters()].count("input.table.weight") == 1
        with torch.no_grad():
            small.weight += 1
    assert torch.equal(torch.random.get_rng_state(), state)
    assert student.input.table is whole
    changed = torch.zeros(VOCABULARY, dtype=torch.bool)
    changed[used] = True
    assert torch.equal(whole.weight[changed], before[changed] + 1)
    assert torch.equal(whole.weight[~changed], before[~changed])


def test_after_an_error_the_table_is_whole_again() -> None:
    student = network()
    whole = student.input.table
    with pytest.raises(KeyboardInterrupt), compact_embedding(student, np.array([1, 2], dtype=np.int32)):
        raise KeyboardInterrupt
    assert student.input.table is whole
    assert whole.weight.shape == (VOCABULARY, 4)
