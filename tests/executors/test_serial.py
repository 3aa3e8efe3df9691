from typing import NoReturn

import pytest

from rosearch.executors.executor import Executor
from rosearch.executors.job import Job
from rosearch.executors.serial import Serial
from rosearch.testing.executor_conformance import ExecutorConformance


class TestSerial(ExecutorConformance):
    @pytest.fixture
    def executor(self) -> Executor:
        return Serial()


def test_jobs_are_drawn_one_at_a_time() -> None:
    drawn: list[str] = []

    def jobs():  # noqa: ANN202
        for key in "abc":
            drawn.append(key)
            yield Job(key=key, function=lambda _: len(drawn))

    assert [outcome.require() for outcome in Serial().map(jobs())] == [1, 2, 3]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_by_the_user_passes(error: type[BaseException]) -> None:
    def interrupted(_: object) -> NoReturn:
        raise error

    with pytest.raises(error):
        list(Serial().map([Job(key="a", function=interrupted)]))


def test_the_kind_names_the_executor() -> None:
    assert Executor.from_config("serial") == Serial()
    assert Serial().to_config() == {"kind": "serial"}
