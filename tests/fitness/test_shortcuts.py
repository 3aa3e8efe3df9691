"""Shortcuts of a search's attacks: what each leaves out, and that figures say so."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rosearch.attacks.pwws import PWWS
from rosearch.attacks.result_table import read_results
from rosearch.attacks.robustness import Robustness, lower_of
from rosearch.core.errors import ConfigError, InputError
from rosearch.data.task import Task
from rosearch.fitness.evaluation import Candidate
from rosearch.fitness.fitness import Fitness
from rosearch.fitness.precedents import Precedent, Precedents
from rosearch.fitness.shortcuts.cheap_order import CheapOrder
from rosearch.fitness.shortcuts.informative_subset import InformativeSubset
from rosearch.fitness.shortcuts.racing import Racing
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
        with pytest.raises(ValueError, match="no shortcuts at full fidelity"):
            replace(fitness.full_fidelity, shortcuts=(CheapOrder(),))


class TestTransfer:
    def test_a_model_falls_to_its_own_texts_with_the_same_figures(self, bench: Workbench, tmp_path: Path) -> None:
        whole = bench.fitness.search_fidelity
        first = bench.evaluate(TEACHER, whole, folder=tmp_path)
        again = replace(whole, shortcuts=(Transfer(),))
        second, alone = (
            bench.evaluate(TEACHER, again, precedents=after(tmp_path, parent=parent)) for parent in (True, False)
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
        trials = tuple(precedent(index=index, parent=index in (1, 3), folder=tmp_path) for index in range(5))
        precedents = Precedents(candidate="x", trials=trials)
        assert [trial.index for trial in precedents.nearest(parents_only=False)] == [3, 1, 4, 2, 0]
        assert [trial.index for trial in precedents.nearest(parents_only=True)] == [3, 1]

    def test_outcomes_that_are_gone_are_named(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"pwws-margin\.parquet: this file of trial 7 is gone"):
            Transfer(sources="all").to_ask("pwws-margin", after(tmp_path, parent=False))


def precedent(**known: Any) -> Precedent:
    given: dict[str, Any] = {
        "index": 0,
        "parent": False,
        "training_id": "trained",
        "attack_id": "earlier",
        "folder": Path("nowhere"),
        "leaves": 0,
        "resistance": (0.5,),
        "robustness": 0.5,
        "balanced_accuracy": 0.9,
        "parameters": 100.0,
        "feasible": True,
    }
    return Precedent(**{**given, **known})


def after(folder: Path, *, parent: bool) -> Precedents:
    return Precedents(candidate="x", trials=(precedent(index=7, parent=parent, folder=folder),))


def test_one_shortcut_of_a_kind() -> None:
    with pytest.raises(ValueError, match="2 of the kind 'cheap_order'"):
        Fitness(shortcuts=(CheapOrder(), CheapOrder(order="random")))
    with pytest.raises(ConfigError, match="Did you mean 'cheap_order'"):
        Shortcut.from_config("cheap_ordr")
    with pytest.raises(ValueError, match="do not go together"):
        Fitness(shortcuts=(Racing(), InformativeSubset()))


class TestInformativeSubset:
    @pytest.fixture
    def precedents(self) -> Precedents:
        """Earlier trials lost the first 40 texts and held the last 40."""
        rng = np.random.default_rng(0)
        rows = [np.concatenate([np.zeros(40), rng.random(20).round(1), np.ones(40)]) for _ in range(5)]
        return Precedents(trials=tuple(precedent(resistance=tuple(row)) for row in rows))

    def test_few_texts_are_drawn_of_those_that_all_lost_or_held(self, precedents: Precedents) -> None:
        sample = InformativeSubset(share=0.3).draw(100, precedents, rng=np.random.default_rng(1))
        assert len(sample.places) == 30
        assert sum(40 <= place < 60 for place in sample.places) >= 18
        assert sum(sample.sizes) == 100
        assert sample.weights.sum() == pytest.approx(100)

    def test_estimates_are_right_in_the_mean_whatever_the_earlier_trials_were_like(
        self, precedents: Precedents
    ) -> None:
        contrary = np.linspace(1, 0, 100)
        rng = np.random.default_rng(2)
        drawn = [InformativeSubset(share=0.3).draw(100, precedents, rng=rng) for _ in range(400)]
        estimates = [sample.weights @ contrary[list(sample.places)] / 100 for sample in drawn]
        assert np.mean(estimates) == pytest.approx(0.5, abs=0.005)

    def test_the_first_candidates_are_attacked_on_the_whole_list(self, precedents: Precedents) -> None:
        partly = precedent(resistance=(None,) * 100)
        early = replace(precedents, trials=(*precedents.trials[:3], partly))
        assert InformativeSubset().draw(100, early, rng=np.random.default_rng(0)).complete
        seen = replace(precedents, trials=(*precedents.trials, partly))
        assert not InformativeSubset().draw(100, seen, rng=np.random.default_rng(0)).complete

    def test_figures_are_weighed(self, bench: Workbench, tmp_path: Path) -> None:
        whole = bench.fitness.search_fidelity
        first = bench.evaluate(TEACHER, whole)
        resistance = tuple(first.details["resistance"])
        precedents = Precedents(candidate="x", trials=(precedent(resistance=resistance),) * 4)
        part = bench.evaluate(
            TEACHER, replace(whole, shortcuts=(InformativeSubset(share=0.5),)), folder=tmp_path, precedents=precedents
        )
        assert part.details["shortcuts"]["informative_subset"]["attacked"] == part.metrics["examples"] == 15
        assert [record.n for record in part.robustness] == [15]
        known = [value for value in part.details["resistance"] if value is not None]
        weights = [weight for weight in part.details["weights"] if weight]
        assert len(part.details["resistance"]) == 30
        assert [a for a, b in zip(resistance, part.details["weights"], strict=True) if b] == known
        assert part.metrics["robustness"] == pytest.approx(np.average(known, weights=weights))
        # Every earlier trial was this very model, so that its strata tell nearly all.
        assert part.metrics["robustness"] == pytest.approx(first.metrics["robustness"], abs=0.05)
        low, high = part.details["robust_interval"]
        assert low < part.metrics["robust_accuracy"] < high
        assert len(read_results(tmp_path / "attacks" / "pwws-margin.parquet")) == 15


class TestRacing:
    def test_only_complete_feasible_rivals_that_are_no_worse_otherwise_count(self) -> None:
        trials = (
            precedent(robustness=0.4),
            precedent(robustness=0.9, resistance=(0.5, None)),
            precedent(robustness=0.8, feasible=False),
            precedent(robustness=0.7, balanced_accuracy=0.5),
            precedent(robustness=0.6, parameters=200.0),
        )
        known = Precedents(trials=trials, parameters=150.0, least_balanced_accuracy=0.4).knowing(0.6)
        assert Racing().to_beat(known) == 0.4
        assert Racing().to_beat(replace(known, parameters=50.0)) == -math.inf
        assert Racing().to_beat(known.knowing(0.3)) == math.inf

    @pytest.mark.parametrize(
        ("rivals", "floor", "attacked"), [((), 0.0, 30), ((1.0,), 0.0, 10), ((0.0,), 0.0, 30), ((), 1.1, 10)]
    )
    def test_who_cannot_win_is_stopped(
        self, bench: Workbench, rivals: tuple[float, ...], floor: float, attacked: int
    ) -> None:
        fidelity = replace(bench.fitness.search_fidelity, shortcuts=(Racing(confidence=0.9, portion=10),))
        trials = tuple(precedent(robustness=robustness, balanced_accuracy=1.0, parameters=0.0) for robustness in rivals)
        precedents = Precedents(candidate="x", trials=trials, least_balanced_accuracy=floor)
        first, second = (
            bench.evaluate(Candidate(name="majority class", model="majority"), fidelity, precedents=precedents)
            for _ in range(2)
        )
        assert first.metrics["examples"] == attacked
        assert first.details["resistance"] == second.details["resistance"]
        account = first.details["shortcuts"]["racing"]
        assert (account["attacked"], account["of"], account["infeasible"]) == (attacked, 30, floor > 1)
        low, high = account["interval"]
        assert low <= first.metrics["robustness"] <= high
        assert ("weights" in first.details) == (attacked < 30)
