import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rosearch.core.protocols import FloatArray
from rosearch.core.rng import SeedTree
from rosearch.search.pareto import (
    crowding_distance,
    dominates,
    epsilon_boxes,
    front,
    hypervolume,
    non_dominated_rank,
    objective_matrix,
)
from rosearch.space.space import DagSpace
from rosearch.store.records import Objective, Proposal, Trial

# Few values, so that ties are the rule.
GRID = st.integers(0, 4).map(float)
POINTS = st.tuples(st.integers(1, 12), st.integers(1, 3)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=GRID)
)
ROBUST_AND_SMALL = (
    Objective(name="robustness", direction="max"),
    Objective(name="parameters", direction="min", scale="log"),
)


def with_violation(points: FloatArray) -> st.SearchStrategy[tuple[FloatArray, FloatArray]]:
    violation = arrays(np.float64, len(points), elements=st.sampled_from([0.0, 0.0, 0.5, 1.0]))
    return st.tuples(st.just(points), violation)


def better(a: FloatArray, b: FloatArray, missed_a: float, missed_b: float) -> bool:
    if missed_a != missed_b:
        return missed_a < missed_b
    return all(x >= y for x, y in zip(a, b, strict=True)) and any(x > y for x, y in zip(a, b, strict=True))


@given(POINTS.flatmap(with_violation))
@settings(max_examples=200, deadline=None)
def test_ranks_are_those_of_repeated_removal(drawn: tuple[FloatArray, FloatArray]) -> None:
    points, violation = drawn
    left, expected = set(range(len(points))), {}
    for rank in itertools.count():
        best = {
            i for i in left if not any(better(points[j], points[i], violation[j], violation[i]) for j in left - {i})
        }
        expected |= dict.fromkeys(best, rank)
        left -= best
        if not left:
            break
    assert non_dominated_rank(points, violation=violation).tolist() == [expected[i] for i in range(len(points))]


@given(POINTS.flatmap(with_violation))
def test_feasible_points_come_before_all_others(drawn: tuple[FloatArray, FloatArray]) -> None:
    points, violation = drawn
    ranks = non_dominated_rank(points, violation=violation)
    order = sorted(range(len(points)), key=lambda i: ranks[i])
    assert [violation[i] for i in order] == sorted(violation)


@given(POINTS.flatmap(with_violation), st.randoms(use_true_random=False))
def test_ranks_and_crowding_do_not_depend_on_the_order(drawn: tuple[FloatArray, FloatArray], random: object) -> None:
    points, violation = drawn
    shuffle = list(range(len(points)))
    random.shuffle(shuffle)  # type: ignore[attr-defined]
    ranks = non_dominated_rank(points, violation=violation)
    crowding = crowding_distance(points, ranks=ranks)
    shuffled = non_dominated_rank(points[shuffle], violation=violation[shuffle])
    assert shuffled.tolist() == ranks[shuffle].tolist()
    np.testing.assert_allclose(crowding_distance(points[shuffle], ranks=shuffled), crowding[shuffle])


def test_crowding_is_the_share_of_the_range_between_neighbours() -> None:
    points = np.array([[0.0, 10.0], [1.0, 8.0], [4.0, 5.0], [10.0, 0.0]])
    distance = crowding_distance(points, ranks=np.zeros(4, dtype=np.int64))
    np.testing.assert_allclose(distance, [np.inf, 0.4 + 0.5, 0.9 + 0.8, np.inf])


def test_crowding_looks_at_one_rank_at_a_time_and_skips_what_all_share() -> None:
    points = np.array([[0.0, 7.0], [1.0, 7.0], [2.0, 7.0], [1.5, 7.0]])
    distance = crowding_distance(points, ranks=np.array([0, 0, 0, 1]))
    np.testing.assert_allclose(distance, [np.inf, 1.0, np.inf, 0.0])


def test_what_is_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not a number"):
        dominates(np.array([[0.0], [np.nan]]))


def test_points_of_one_box_share_a_rank() -> None:
    points = np.array([[0.501, 3.0], [0.504, 3.0], [0.521, 3.0]])
    assert non_dominated_rank(points).tolist() == [2, 1, 0]
    assert non_dominated_rank(epsilon_boxes(points, [0.01, 0.0])).tolist() == [1, 1, 0]


@given(POINTS, st.floats(0.01, 3))
def test_a_box_never_turns_a_comparison_round(points: FloatArray, width: float) -> None:
    boxes = epsilon_boxes(points, [width] * points.shape[1])
    exact, coarse = dominates(points), dominates(boxes)
    assert not (exact & coarse.T).any()


@given(
    st.integers(1, 3).flatmap(
        lambda m: arrays(np.int64, st.tuples(st.integers(0, 7), st.just(m)), elements=st.integers(-1, 5))
    )
)
@settings(max_examples=200, deadline=None)
def test_hypervolume_counts_the_dominated_unit_cubes(points: np.ndarray) -> None:
    cubes = itertools.product(range(5), repeat=points.shape[1])
    covered = sum(any(all(p > c for p, c in zip(point, cube, strict=True)) for point in points) for cube in cubes)
    assert hypervolume(points.astype(np.float64), reference=[0.0] * points.shape[1]) == pytest.approx(covered)


def test_hypervolume_of_four_objectives_is_refused() -> None:
    with pytest.raises(ValueError, match="up to 3"):
        hypervolume(np.zeros((1, 4)), reference=[0.0] * 4)


def trial(index: int, robustness: float, parameters: float, **changes: object) -> Trial:
    architecture = DagSpace.preset("tiny").sample(rng=SeedTree(index).generator())
    proposal = Proposal(index=index, architecture=architecture, operator="random")
    return Trial(proposal=proposal, metrics={"robustness": robustness, "parameters": parameters}, **changes)  # type: ignore[arg-type]


def test_objectives_are_gathered_to_be_maximised() -> None:
    matrix = objective_matrix([trial(0, 0.5, 1.0), trial(1, 0.25, np.e)], ROBUST_AND_SMALL)
    np.testing.assert_allclose(matrix, [[0.5, 0.0], [0.25, -1.0]])
    assert objective_matrix([], ROBUST_AND_SMALL).shape == (0, 2)


def test_the_logarithm_of_nothing_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"trial 3: parameters is 0\.0"):
        objective_matrix([trial(3, 0.5, 0.0)], ROBUST_AND_SMALL)


def test_the_front_holds_feasible_undominated_trials_and_their_equals() -> None:
    trials = [
        trial(0, 0.9, 10, violation=0.1),
        trial(1, 0.5, 100),
        trial(2, 0.5, 100),
        trial(3, 0.4, 100),
        trial(4, 0.3, 50),
        Trial(proposal=trial(5, 1, 1).proposal, status="failed", error="lost"),
    ]
    assert [member.index for member in front(trials, ROBUST_AND_SMALL)] == [1, 2, 4]
    assert front(trials[:1], ROBUST_AND_SMALL) == ()
