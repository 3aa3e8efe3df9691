"""Two by two: what was planted is found, and intervals cover what they should."""

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.random import Generator

from rosearch.analysis.interaction import CELLS, Cell, two_by_two
from rosearch.core.protocols import BoolArray

ADDITIVE = {(False, False): 0.1, (True, False): 0.2, (False, True): 0.4, (True, True): 0.5}
MORE = {**ADDITIVE, (True, True): 0.8}


def drawn(shares: Mapping[Cell, float], rng: Generator, *, seeds: int = 3, texts: int = 300) -> dict[Cell, BoolArray]:
    """Draws outcomes; each text is as hard for one model as for another, and seeds differ a little."""
    hardness = rng.random(texts)
    return {
        cell: np.array([hardness < share + rng.normal(scale=0.01) for _ in range(seeds)])
        for cell, share in shares.items()
    }


def test_effects_are_differences_of_cells() -> None:
    outcomes = drawn(MORE, np.random.default_rng(0))
    found = two_by_two(outcomes, rng=np.random.default_rng(1), samples=500)
    mean = {cell: outcomes[cell].mean() for cell in CELLS}
    assert {cell: estimate.value for cell, estimate in found.cells.items()} == pytest.approx(mean)
    assert found.first[0].value == pytest.approx(mean[True, False] - mean[False, False])
    assert found.first[1].value == pytest.approx(mean[True, True] - mean[False, True])
    assert found.second[1].value == pytest.approx(mean[True, True] - mean[True, False])
    assert found.interaction.value == pytest.approx(found.first[1].value - found.first[0].value)
    assert (found.texts, found.seeds) == (300, dict.fromkeys(CELLS, 3))
    for estimate in (*found.cells.values(), *found.first, *found.second, found.interaction, found.interaction_in_odds):
        assert estimate.low <= estimate.value <= estimate.high


def test_an_interaction_is_found_and_a_sum_is_none() -> None:
    more = two_by_two(drawn(MORE, np.random.default_rng(0)), rng=np.random.default_rng(1), samples=2000)
    assert more.interaction.low > 0.2
    assert more.interaction.certain
    additive = two_by_two(drawn(ADDITIVE, np.random.default_rng(0)), rng=np.random.default_rng(1), samples=2000)
    assert additive.first[0].certain
    assert not additive.interaction.certain


def test_odds_differ_from_shares_near_the_floor() -> None:
    """From 1 to 3 of 100 and from 25 to 50 of 100 are about the same in odds, and far apart in shares."""
    shares = {(False, False): 0.01, (True, False): 0.03, (False, True): 0.25, (True, True): 0.5}
    outcomes = {cell: np.arange(1000)[None] < 1000 * share for cell, share in shares.items()}
    found = two_by_two(outcomes, rng=np.random.default_rng(0), samples=500)
    assert found.interaction.value == pytest.approx(0.23)
    assert found.interaction_in_odds.value == pytest.approx(0.0, abs=0.05)


def test_the_interval_of_no_interaction_leaves_out_0_rarely() -> None:
    rng = np.random.default_rng(0)
    shares = dict.fromkeys(CELLS, 0.3)
    wrong = sum(
        two_by_two(
            {cell: rng.random((1, 150)) < share for cell, share in shares.items()}, rng=rng, samples=400
        ).interaction.certain
        for _ in range(200)
    )
    assert wrong <= 22  # 5 % of 200 are 10


def test_the_same_texts_in_all_cells_make_effects_surer() -> None:
    rng = np.random.default_rng(0)
    outcomes = drawn(ADDITIVE, rng)
    shuffled = {cell: rng.permutation(values, axis=1) for cell, values in outcomes.items()}
    paired, unpaired = (two_by_two(each, rng=rng, samples=2000).first[0] for each in (outcomes, shuffled))
    assert paired.high - paired.low < 0.8 * (unpaired.high - unpaired.low)


def test_seeds_that_differ_widen_the_intervals() -> None:
    rng = np.random.default_rng(0)
    alike, apart = drawn(ADDITIVE, rng, seeds=4), drawn(ADDITIVE, rng, seeds=4)
    apart[True, True] = np.concatenate([rng.random((2, 300)) < 0.1, rng.random((2, 300)) < 0.9])
    narrow, wide = (two_by_two(each, rng=rng, samples=1000).interaction for each in (alike, apart))
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_cells_may_have_different_numbers_of_seeds() -> None:
    outcomes = drawn(ADDITIVE, np.random.default_rng(0))
    outcomes[True, True] = outcomes[True, True][:1]
    assert two_by_two(outcomes, rng=np.random.default_rng(0), samples=50).seeds[True, True] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({(True, True): np.zeros((2, 5), dtype=bool)}, "same texts"),
        ({(True, True): np.zeros((0, 9), dtype=bool)}, "each of the four cells"),
        ({(True, True): np.zeros(9, dtype=bool)}, "each of the four cells"),
    ],
)
def test_cells_that_do_not_fit_are_refused(change: dict[Cell, BoolArray], message: str) -> None:
    outcomes = {cell: np.zeros((2, 9), dtype=bool) for cell in CELLS}
    with pytest.raises(ValueError, match=message):
        two_by_two(outcomes | change, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="each of the four cells"):
        two_by_two({cell: outcomes[cell] for cell in CELLS[:3]}, rng=np.random.default_rng(0))
