"""Seeds: equal names give equal numbers, other names independent ones."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rosearch.core.rng import SeedTree

paths = st.lists(st.text(st.characters(exclude_characters="\x1f"), max_size=5) | st.integers(), max_size=4)


@given(st.integers(0, 2**63), paths)
def test_a_branch_is_named_by_its_path_and_not_by_when_it_is_asked(seed: int, path: list[str | int]) -> None:
    tree = SeedTree(seed)
    step_by_step = tree
    for name in path:
        tree.child("other", *path).generator().random()
        step_by_step = step_by_step.child(name)
    at_once = tree.child(*path)
    assert step_by_step == at_once
    assert step_by_step.integer() == at_once.integer()
    assert at_once.generator().random(3).tolist() == at_once.generator().random(3).tolist()
    assert 0 <= at_once.integer() < 2**63


@given(paths, paths)
def test_other_names_give_other_seeds(first: list[str | int], second: list[str | int]) -> None:
    same = [str(name) for name in first] == [str(name) for name in second]
    assert (SeedTree(0).child(*first).integer() == SeedTree(0).child(*second).integer()) == same


def test_names_do_not_join() -> None:
    tree = SeedTree(1)
    seeds = {tree.child(*names).integer() for names in (("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""), ())}
    assert len(seeds) == 5
    assert SeedTree(1).child("\ud800").integer() != SeedTree(1).child("\ud801").integer()
    assert SeedTree(1).child(2).integer() != SeedTree(12).integer()


def test_branches_look_independent() -> None:
    numbers = np.stack([SeedTree(0).child("x", index).generator().normal(size=50) for index in range(200)])
    assert abs(numbers.mean()) < 0.05
    assert abs(np.corrcoef(numbers) - np.eye(200)).max() < 0.75
    assert abs(np.corrcoef(numbers)[~np.eye(200, dtype=bool)].mean()) < 0.01
    bits = np.array([[SeedTree(0).child(index).integer() >> bit & 1 for bit in range(63)] for index in range(2000)])
    assert abs(bits.mean(axis=0) - 0.5).max() < 0.06
