"""Failures: which are recorded, which end the run, and what is done about them later."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal, final

import pytest
from numpy.random import Generator

from rosearch.core.errors import AssetError, ConfigError, DivergenceError, ExecutorError, InputError, StorageError
from rosearch.core.rng import SeedTree
from rosearch.fitness.evaluation import Candidate
from rosearch.search.results import Results
from rosearch.search.strategy import History, Strategy
from rosearch.search.study import Study
from rosearch.space.space import DagSpace
from rosearch.store.records import Proposal
from rosearch.testing.instant_study import Fault, InstantWorkbench


def fail_at(faults: dict[int, Exception]) -> Fault:
    """Raises at the evaluations of these numbers; the reference is number 0."""

    def fault(_: Candidate, index: int) -> None:
        if index in faults:
            raise faults[index]

    return fault


def plain(results: Results) -> list[Any]:
    return [(trial.index, trial.proposal, trial.metrics, trial.error) for trial in results.trials]


def test_a_failed_trial_is_recorded_and_the_search_goes_on(make: Callable[..., Study], bench: InstantWorkbench) -> None:
    bench.fault = fail_at({3: DivergenceError("the loss is nan at step 7."), 6: RuntimeError("out of memory")})
    results = make(trials=9).run()
    assert [trial.index for trial in results.trials if trial.status == "failed"] == [2, 5]
    assert results.trials[2].error == "DivergenceError: the loss is nan at step 7."
    assert "in fault" in results.trials[2].details["trace"]
    assert len(results.trials) == 9


def test_one_failure_again_and_again_ends_the_run_with_its_cause(
    make: Callable[..., Study], bench: InstantWorkbench
) -> None:
    bench.fault = fail_at({index: RuntimeError(f"no kernel for size {index}") for index in range(4, 99)})
    with pytest.raises(ExecutorError, match=r"3 failures in a row.*no kernel for size 6") as raised:
        make(trials=20).run()
    assert "in fault" in raised.value.__notes__[0]
    assert [trial.status for trial in make().trials] == ["done"] * 3 + ["failed"] * 3
    with pytest.raises(ExecutorError, match="4 failures in a row"):
        make(trials=20).run()
    bench.fault = None
    assert [trial.status for trial in make(trials=20).run().trials] == ["done"] * 3 + ["failed"] * 4 + ["done"] * 13


def test_failures_of_several_kinds_are_faults_of_architectures(
    make: Callable[..., Study], bench: InstantWorkbench
) -> None:
    kinds = {index: RuntimeError("out of memory") for index in range(1, 99) if index % 3}
    kinds |= {index: DivergenceError("the loss grew") for index in range(3, 9, 3)}
    bench.fault = fail_at(kinds)
    assert len(make(trials=8, finalists=0).run().trials) == 8


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (AssetError("no such lexicon: give one."), pytest.raises(InputError, match="no such lexicon: give one")),
        (OSError(28, "No space left on device"), pytest.raises(StorageError, match="No space left")),
        (OSError(110, "timed out"), pytest.raises(ExecutorError, match="timed out")),
    ],
)
def test_a_fault_of_input_or_system_is_no_failed_trial(
    make: Callable[..., Study], bench: InstantWorkbench, fault: Exception, expected: AbstractContextManager[Any]
) -> None:
    undisturbed = make("undisturbed").run()
    bench.evaluated.clear()
    bench.fault = fail_at({4: fault})
    with expected:
        make().run()
    assert [trial.status for trial in make().trials] == ["done"] * 3
    bench.fault = None
    assert plain(make().run()) == plain(undisturbed)


def test_a_failed_final_keeps_no_other_from_being_measured(make: Callable[..., Study], bench: InstantWorkbench) -> None:
    def fault(candidate: Candidate, _: int) -> None:
        if candidate.name.startswith("Transformer") and "not" not in candidate.name and candidate.repeat == 1:
            raise DivergenceError("the loss is nan")

    whole = make("whole").run()
    bench.fault = fault
    with pytest.raises(
        ExecutorError, match=r"1 of 12 .*\n  Transformer \d+x\d+, seed 1: DivergenceError: the loss is nan"
    ):
        make().run()
    assert len(make().results.finals) == 11
    assert not make().finished
    bench.fault = None
    assert len(make().run().finals) == len(whole.finals)
    assert make().finished


@final
@dataclass(frozen=True, kw_only=True)
class Repeating(Strategy):
    """Proposes one architecture again and again."""

    kind: Literal["repeating"] = "repeating"

    def propose(self, history: History, space: DagSpace, *, rng: Generator) -> Proposal:  # noqa: ARG002
        architecture = space.sample(rng=SeedTree(0).generator())
        return Proposal(index=history.next_index, architecture=architecture, operator="random")


@pytest.mark.usefixtures("bench")
def test_a_strategy_that_breaks_its_promise_is_named(make: Callable[..., Study]) -> None:
    with pytest.raises(ConfigError, match=r"strategy Repeating proposed .* as number 1: .* not be known yet"):
        make(strategy=Repeating()).run()
