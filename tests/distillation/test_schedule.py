"""The schedule: up, then down, in exactly so many steps."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosearch.distillation.schedule import Schedule

schedules = st.builds(
    Schedule, epochs=st.floats(0.01, 20), batch_size=st.integers(1, 100), warm_up_share=st.floats(0, 0.99)
)


@given(schedules, st.integers(1, 400))
def test_the_rate_rises_in_a_line_to_its_peak_and_falls_in_a_line_towards_zero(schedule: Schedule, steps: int) -> None:
    rates = [schedule.rate(step, steps) for step in range(steps)]
    peak = max(1, round(schedule.warm_up_share * steps)) - 1
    assert rates[peak] == max(rates) == 1
    assert min(rates) > 0
    for line in (rates[: peak + 1], rates[peak + 1 :]):
        slopes = [after - before for before, after in pairwise(line)]
        assert all(slope == pytest.approx(slopes[0], abs=1e-9) for slope in slopes)
    rest = steps - 1 - peak
    if rest:
        assert rates[-1] == pytest.approx(1 / rest)
    assert schedule.rate(steps, steps) == pytest.approx(0) or peak + 1 == steps


@given(schedules, st.integers(1, 5000), st.floats(0.001, 1))
def test_steps_follow_the_epochs_and_the_share(schedule: Schedule, texts: int, share: float) -> None:
    full, part = schedule.steps(texts), schedule.steps(texts, share=share)
    per_epoch = math.ceil(texts / schedule.batch_size)
    assert full == max(1, round(per_epoch * schedule.epochs))
    assert 1 <= part <= full
    assert abs(part - share * full) <= 1.5


@pytest.mark.parametrize(
    "fields",
    [{"epochs": 0}, {"batch_size": 0}, {"learning_rate": -1}, {"max_gradient_norm": 0}, {"warm_up_share": 1}],
)
def test_what_cannot_be_is_refused(fields: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        Schedule(**fields)  # type: ignore[arg-type]
