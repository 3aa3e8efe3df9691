"""Labels become classes in an order that does not depend on the rows."""

import numpy as np
import pytest

from rosearch.core.errors import TaskError
from rosearch.data.labels import number_labels, order_labels


@pytest.mark.parametrize(
    ("seen", "ordered"),
    [
        (["pos", "neg", "pos"], ("neg", "pos")),
        (["10", "9", "-1"], ("-1", "9", "10")),
        (["2", "1", "none"], ("1", "2", "none")),
    ],
)
def test_numbers_are_ordered_by_value_and_names_by_name(seen: list[str], ordered: tuple[str, ...]) -> None:
    assert order_labels(seen) == ordered


@pytest.mark.parametrize(
    ("seen", "message"),
    [
        (["pos", "pos"], r"All rows carry the label 'pos'\. A task needs two classes or more"),
        (["0.25", "1", "1e-3"], r"look like measurements \('0\.25'\), not classes"),
        (["1.0", "0.0"], r"look like measurements \('0\.0'\), not classes"),
        ([str(number) for number in range(1001)], r"1,001 different values, more than 1,000 classes"),
    ],
)
def test_a_column_that_holds_no_classes_is_refused(seen: list[str], message: str) -> None:
    with pytest.raises(TaskError, match=message):
        order_labels(seen)


def test_labels_are_numbered_by_their_class() -> None:
    assert np.array_equal(number_labels(["b", "a", "b"], ("a", "b")), [1, 0, 1])
