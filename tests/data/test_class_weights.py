"""Class weights: even tasks are left alone, uneven ones are balanced, and no class is heard more than another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosearch.data.class_weights import ClassWeights, class_weights


@given(st.lists(st.integers(1, 10_000), min_size=2, max_size=8))
def test_balanced_classes_count_alike_in_sum_and_a_text_counts_one_in_the_mean(counts: list[int]) -> None:
    found = np.array(counts)
    weights = class_weights("balanced", found)
    if len(set(counts)) == 1:
        assert weights is None
        return
    assert weights is not None
    assert weights * found == pytest.approx(np.full(len(counts), sum(counts) / len(counts)))
    assert float((weights * found).sum()) == pytest.approx(sum(counts))


@pytest.mark.parametrize(
    ("setting", "counts", "weighs"),
    [
        ("auto", [100, 100], False),
        ("auto", [50, 100], False),
        ("auto", [49, 100], True),
        ("auto", [80, 100, 30], True),
        ("none", [1, 1000], False),
        ("balanced", [99, 100], True),
        ("balanced", [100, 100], False),
    ],
)
def test_the_setting_decides_when_texts_are_weighted(setting: ClassWeights, counts: list[int], weighs: bool) -> None:
    assert (class_weights(setting, np.array(counts)) is not None) == weighs
