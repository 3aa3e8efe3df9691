"""Environmental fitness: better is never worse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosearch.fitness.environmental import EnvironmentalFitness

shares = st.floats(0, 1)
counts = st.floats(1, 1e9)
fitnesses = st.builds(
    EnvironmentalFitness, target_parameters=st.integers(1, 10**8), alpha=st.floats(0, 3), beta=st.floats(0, 3)
)


def worth(fitness: EnvironmentalFitness, accuracy: float, robustness: float, parameters: float) -> float:
    return fitness(balanced_accuracy=accuracy, robustness=robustness, parameters=parameters)


@given(fitnesses, st.tuples(shares, shares), st.tuples(shares, shares), st.tuples(counts, counts))
def test_more_accurate_more_robust_and_smaller_is_never_worse(
    fitness: EnvironmentalFitness,
    accuracies: tuple[float, float],
    robustness: tuple[float, float],
    parameters: tuple[float, float],
) -> None:
    better = worth(fitness, max(accuracies), max(robustness), min(parameters))
    worse = worth(fitness, min(accuracies), min(robustness), max(parameters))
    assert 0 <= worse <= better <= 1


@given(fitnesses, shares, shares, st.floats(0, 1))
def test_up_to_the_target_size_is_free(fitness: EnvironmentalFitness, accuracy: float, robust: float, x: float) -> None:
    expected = worth(fitness, accuracy, robust, fitness.target_parameters)
    assert worth(fitness, accuracy, robust, x * fitness.target_parameters) == expected
    assert worth(fitness, accuracy, robust, 0) == expected


def test_the_default_is_the_formula_that_is_printed() -> None:
    fitness = EnvironmentalFitness()
    assert worth(fitness, 0.8, 0.5, 6_000_000) == pytest.approx(0.8 * 0.5 * 0.5**0.1)
    assert fitness.formula == "balanced accuracy x robustness^1 x min(1, 3,000,000 / parameters)^0.1"


@pytest.mark.parametrize("fields", [{"target_parameters": 0}, {"alpha": -0.1}, {"beta": -0.1}])
def test_what_cannot_be_is_refused(fields: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        EnvironmentalFitness(**fields)  # type: ignore[arg-type]
