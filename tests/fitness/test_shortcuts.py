"""Shortcuts of a search's attacks: what each leaves out, and that figures say so."""

from dataclasses import replace
from pathlib import Path

import pytest

from rosearch.attacks.pwws import PWWS
from rosearch.attacks.robustness import Robustness, lower_of
from rosearch.core.errors import ConfigError, InputError
from rosearch.data.task import Task
from rosearch.fitness.evaluation import Candidate
from rosearch.fitness.fitness import Fitness
from rosearch.fitness.shortcuts.cheap_order import CheapOrder
from rosearch.fitness.shortcuts.precedents import Precedent, Precedents
from rosearch.fitness.shortcuts.shortcut import Shortcut
from rosearch.fitness.shortcuts.transfer import Transfer
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


class TestTransfer:
    def test_a_model_falls_to_its_own_texts_with_the_same_figures(self, bench: Workbench, tmp_path: Path) -> None:
        whole = bench.fitness.search_fidelity
        first = bench.evaluate(TEACHER, whole, folder=tmp_path)
        again = replace(whole, shortcuts=(Transfer(),))
        second, alone = (
            bench.evaluate(TEACHER, again, precedents=after(tmp_path / "attacks", parent=parent))
            for parent in (True, False)
        )
        successes = {"pwws-margin": first.robustness[0].correct - first.robustness[0].robust}
        assert successes["pwws-margin"] > 0
        account = second.details["shortcuts"]["transfer"]
        assert (account["fallen"], account["of"], account["from"]) == (successes, successes, [7])
        assert alone.details["shortcuts"]["transfer"]["fallen"] == {"pwws-margin": 0}
        for evaluation in (second, alone):
            assert evaluation.details["resistance"] == first.details["resistance"]
            assert evaluation.robustness[0].budget_curve == first.robustness[0].budget_curve
        assert len({first.attack_id, second.attack_id, alone.attack_id}) == 3

    def test_other_trials_come_after_the_parents_the_latest_first(self, tmp_path: Path) -> None:
        trials = tuple(
            Precedent(index=index, parent=index in (1, 3), attack_id=str(index), attacks=tmp_path) for index in range(5)
        )
        precedents = Precedents(candidate="x", trials=trials)
        assert [trial.index for trial in precedents.nearest(parents_only=False)] == [3, 1, 4, 2, 0]
        assert [trial.index for trial in precedents.nearest(parents_only=True)] == [3, 1]

    def test_outcomes_that_are_gone_are_named(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"pwws-margin\.parquet: the outcomes of trial 7's attacks are gone"):
            Transfer(sources="all").to_ask("pwws-margin", after(tmp_path, parent=False))


def after(attacks: Path, *, parent: bool) -> Precedents:
    return Precedents(candidate="x", trials=(Precedent(index=7, parent=parent, attack_id="earlier", attacks=attacks),))


def test_one_shortcut_of_a_kind() -> None:
    with pytest.raises(ValueError, match="2 of the kind 'cheap_order'"):
        Fitness(shortcuts=(CheapOrder(), CheapOrder(order="random")))
    with pytest.raises(ConfigError, match="Did you mean 'cheap_order'"):
        Shortcut.from_config("cheap_ordr")
