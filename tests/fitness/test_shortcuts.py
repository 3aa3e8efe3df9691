"""Shortcuts of a search's attacks: what each leaves out, and that figures say so."""

from dataclasses import replace
from pathlib import Path

import pytest

from rosearch.attacks.pwws import PWWS
from rosearch.attacks.robustness import Robustness, lower_of
from rosearch.core.errors import ConfigError
from rosearch.data.task import Task
from rosearch.fitness.evaluation import Candidate
from rosearch.fitness.fitness import Fitness
from rosearch.fitness.shortcuts.cheap_order import CheapOrder
from rosearch.fitness.shortcuts.shortcut import Shortcut
from rosearch.fitness.workbench import Workbench
from rosearch.lexicons.table import Table
from rosearch.teachers.teacher import PreparedTeacher


@pytest.fixture(scope="module")
def bench(toy_lexicon: Path, task: Task, prepared_teacher: PreparedTeacher) -> Workbench:
    fitness = Fitness(attacks=(PWWS(lexicon=Table(path=str(toy_lexicon))),), dev_examples=30, budgets=(5, 20))
    return Workbench(task=task, teacher=prepared_teacher, fitness=fitness, seed=0)


TEACHER = Candidate(name="teacher", model="teacher")


class TestCheapOrder:
    def test_it_asks_less_and_its_figures_say_so(self, bench: Workbench) -> None:
        whole = bench.fitness.search_fidelity
        cheap = replace(whole, shortcuts=(CheapOrder(order="random"),))
        first, second = (bench.evaluate(TEACHER, fidelity) for fidelity in (whole, cheap))
        assert second.metrics["attack_queries"] < first.metrics["attack_queries"]
        assert second.attack_id != first.attack_id
        assert second.training_id == first.training_id
        assert "shortcuts" not in first.details
        assert second.details["shortcuts"] == {"cheap_order": {"kind": "cheap_order", "order": "random"}}
        assert [record.shortcuts for record in second.robustness] == [({"kind": "cheap_order", "order": "random"},)]
        assert Robustness.from_record(second.robustness[0].to_record()) == second.robustness[0]
        with pytest.raises(ValueError, match="different shortcuts"):
            lower_of(first.robustness[0], second.robustness[0])

    def test_finalists_are_attacked_without(self) -> None:
        fitness = Fitness(shortcuts=("cheap_order",))  # type: ignore[arg-type]
        assert fitness.shortcuts == fitness.search_fidelity.shortcuts == (CheapOrder(),)
        assert fitness.full_fidelity.shortcuts == ()


def test_one_shortcut_of_a_kind() -> None:
    with pytest.raises(ValueError, match="2 of the kind 'cheap_order'"):
        Fitness(shortcuts=(CheapOrder(), CheapOrder(order="random")))
    with pytest.raises(ConfigError, match="Did you mean 'cheap_order'"):
        Shortcut.from_config("cheap_ordr")
