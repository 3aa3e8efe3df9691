"""What every executor promises, as tests: subclass, and give the executor as a fixture."""
# ruff: noqa: S101

import errno
from collections.abc import Iterator
from typing import NoReturn

import pytest

from rosearch.core.errors import AssetError, ExecutorError, InputError
from rosearch.executors.executor import Executor
from rosearch.executors.job import Job, Outcome


class ExecutorConformance:
    """Tests of the promises of ``Executor``. A subclass gives a fixture ``executor``."""

    def test_each_job_has_one_outcome(self, executor: Executor) -> None:
        """Carries out some jobs, in whatever order they complete."""
        outcomes = list(executor.map(Job(key=str(number), function=_double, payload=number) for number in range(9)))
        assert sorted(outcome.key for outcome in outcomes) == [str(number) for number in range(9)]
        assert all(outcome.require() == 2 * int(outcome.key) for outcome in outcomes)
        assert all(outcome.attempts == 1 and outcome.seconds >= 0 for outcome in outcomes)

    def test_no_jobs_give_no_outcomes(self, executor: Executor) -> None:
        """Has nothing to do."""
        assert list(executor.map([])) == []

    def test_an_exception_is_an_outcome_and_the_others_go_on(self, executor: Executor) -> None:
        """Lets one job of three fail."""
        jobs = [Job(key=key, function=_fail_on_b, payload=key) for key in "abc"]
        outcomes = {outcome.key: outcome for outcome in executor.map(jobs)}
        assert {key: outcome.kind for key, outcome in outcomes.items()} == {"a": "ok", "b": "exception", "c": "ok"}
        assert outcomes["b"].error == "ValueError: b is not welcome"
        assert "_fail_on_b" in outcomes["b"].trace
        with pytest.raises(ExecutorError, match="job 'b' failed after 1 attempt"):
            outcomes["b"].require()

    def test_a_fault_of_the_input_or_the_system_is_told_from_one_of_the_job(self, executor: Executor) -> None:
        """Meets a missing lexicon and a full disk."""
        jobs = [Job(key=key, function=_meet_fault, payload=key) for key in ("input", "system")]
        outcomes = {outcome.key: outcome for outcome in executor.map(jobs)}
        assert {key: outcome.kind for key, outcome in outcomes.items()} == {"input": "input", "system": "system"}
        assert not any(outcome.failed_by_itself for outcome in outcomes.values())
        with pytest.raises(InputError, match="there is no such lexicon") as raised:
            outcomes["input"].require()
        assert "_meet_fault" in raised.value.__notes__[0]
        with pytest.raises(OSError, match="No space left on device"):
            outcomes["system"].require()

    def test_a_job_may_wait_for_the_outcomes_before_it(self, executor: Executor) -> None:
        """Makes each job from the outcome of the one before, as a search does."""
        outcomes: list[Outcome] = []
        asked = 0

        def jobs() -> Iterator[Job | None]:
            nonlocal asked
            while asked < 5:
                if asked > len(outcomes):
                    yield None
                    continue
                value = outcomes[-1].require() if outcomes else 1
                asked += 1
                yield Job(key=str(asked), function=_double, payload=value)

        for outcome in executor.map(jobs()):
            outcomes.append(outcome)  # noqa: PERF402 - jobs() looks at the list meanwhile
        assert [outcome.require() for outcome in outcomes] == [2, 4, 8, 16, 32]

    def test_waiting_for_nothing_is_an_error(self, executor: Executor) -> None:
        """Waits while no job is under way."""
        with pytest.raises(ExecutorError, match="no job is under way"):
            list(executor.map([None]))

    def test_closing_early_stops(self, executor: Executor) -> None:
        """Takes one outcome of endlessly many jobs."""

        def endless() -> Iterator[Job]:
            number = 0
            while True:
                yield Job(key=str(number), function=_double, payload=number)
                number += 1

        outcomes = executor.map(endless())
        assert next(outcomes).kind == "ok"
        outcomes.close()


def _double(number: int) -> int:
    return 2 * number


def _fail_on_b(key: str) -> str:
    if key == "b":
        raise ValueError("b is not welcome")
    return key


def _meet_fault(key: str) -> NoReturn:
    if key == "input":
        raise AssetError("there is no such lexicon")
    raise OSError(errno.ENOSPC, "No space left on device")
