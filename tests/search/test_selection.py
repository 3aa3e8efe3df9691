import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rosearch.search.selection import tournament

RANKS = np.array([2, 0, 1, 0])
CROWDING = np.array([9.0, 1.0, np.inf, 2.0])


@given(st.integers(0, 2**32), st.integers(4, 9))
def test_when_all_compete_the_best_rank_with_most_room_wins(seed: int, size: int) -> None:
    assert tournament(RANKS, CROWDING, size=size, rng=np.random.default_rng(seed)) == 3


def test_the_worst_wins_only_alone() -> None:
    rng = np.random.default_rng(0)
    assert 0 not in {tournament(RANKS, CROWDING, size=2, rng=rng) for _ in range(200)}
    assert {tournament(RANKS, CROWDING, size=1, rng=rng) for _ in range(200)} == {0, 1, 2, 3}


def test_equals_win_equally_often() -> None:
    rng = np.random.default_rng(1)
    wins = [tournament(np.zeros(4, np.int64), np.ones(4), size=2, rng=rng) for _ in range(2000)]
    assert min(np.bincount(wins, minlength=4)) > 430
