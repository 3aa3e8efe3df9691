"""How much of everything a search takes that shall be done in a given time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

from rosearch.search.configuration import Configuration
from rosearch.search.estimate import Estimate, Estimator, Rehearsed, TextCounts
from rosearch.search.results import Results

FEWEST_TRIALS = 24
"""Fewer tell a search from chance no more; a smaller size with more trials is better."""

MOST_TRIALS = 400


@final
@dataclass(frozen=True, kw_only=True)
class Size:
    """How thorough a search is.

    Args:
        max_train: Training texts; None for all.
        share: Of the training steps, for each candidate.
        dev_examples: Texts that every candidate is attacked on.
        test_examples: Texts that every finalist is attacked on.
        finalists: Members of the front that are confirmed.
        repeats: Trainings of each.
    """

    max_train: int | None
    share: float
    dev_examples: int
    test_examples: int
    finalists: int
    repeats: int


SIZES = (
    Size(max_train=None, share=0.25, dev_examples=200, test_examples=500, finalists=4, repeats=3),
    Size(max_train=20_000, share=0.25, dev_examples=200, test_examples=300, finalists=3, repeats=3),
    Size(max_train=10_000, share=0.35, dev_examples=150, test_examples=200, finalists=3, repeats=2),
    Size(max_train=6_000, share=0.5, dev_examples=100, test_examples=120, finalists=2, repeats=2),
    Size(max_train=2_000, share=0.5, dev_examples=60, test_examples=60, finalists=2, repeats=1),
)
"""The most thorough one first."""


@final
@dataclass(frozen=True, kw_only=True)
class Plan:
    """A size, and what fits with it into the time.

    Args:
        size: The size.
        trials: Architectures to evaluate.
        estimate: What that costs.
    """

    size: Size
    trials: int
    estimate: Estimate


def plan(
    configuration_of: Callable[[Size, int], Configuration],
    texts: TextCounts,
    rehearsed: Rehearsed,
    *,
    hours: float,
    cores: int,
    sizes: Sequence[Size] = SIZES,
) -> Plan:
    """Picks the most thorough size with which enough trials fit into a time; else the least thorough one.

    Args:
        configuration_of: Gives the search of a size and a number of trials.
        texts: Of the task, before any cap on its training texts.
        rehearsed: Times, whatever the size.
        hours: The whole time.
        cores: That this process may use.
        sizes: Those to choose from, the most thorough one first.
    """

    def estimate(size: Size, trials: int) -> Estimate:
        train = min(texts.train, size.max_train or texts.train)
        counts = TextCounts(train=train, dev=texts.dev, test=texts.test)
        return Estimator(configuration_of(size, trials), counts, Results(), rehearsed, cores=cores).estimate()

    for size in sizes:
        fitting = estimate(size, FEWEST_TRIALS).trials_within(hours)
        if fitting >= FEWEST_TRIALS:
            break
    trials = min(MOST_TRIALS, max(FEWEST_TRIALS, fitting))
    return Plan(size=size, trials=trials, estimate=estimate(size, trials))
