"""Measuring: the lower figure is quoted, a text counts only where it resists all, and no scale helps a victim."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosearch.attacks.deepwordbug import DeepWordBug
from rosearch.attacks.pwws import PWWS
from rosearch.attacks.result_log import ResultLog
from rosearch.attacks.result_table import read_results
from rosearch.core.events import Event, Progress
from rosearch.core.protocols import FloatArray, Text, Victim
from rosearch.data.task import Split, Task
from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.majority import MajorityClass
from rosearch.fitness.measurement import Measurement, example_rows, measure, quoted
from rosearch.lexicons.table import Table
from rosearch.teachers.teacher import PreparedTeacher
from rosearch.testing.attack_conformance import HashedWords

BUDGETS = (5, 20)
VICTIM = HashedWords()
Outcome = tuple[str, str, Text, int, dict[int, bool]]


@dataclass(frozen=True)
class Multiplied:
    victim: Victim
    factor: float

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        return self.victim.logits(texts) * self.factor


@pytest.fixture(scope="module")
def hashed(task: Task) -> Task:
    """The toy sentences, labelled by the toy victim, which is thereby right on most of them."""

    def relabelled(split: Split) -> Split:
        labels = np.array(VICTIM.labels(split.texts))
        labels[::7] = 1 - labels[::7]
        return Split(split.texts, labels)

    return replace(task, train=relabelled(task.train), dev=relabelled(task.dev), test=relabelled(task.test))


@pytest.fixture(scope="module")
def fidelity(toy_lexicon: Path) -> Fidelity:
    return Fidelity(
        name="full",
        share=1.0,
        split="test",
        examples=30,
        attacks=(PWWS(lexicon=Table(path=str(toy_lexicon))), DeepWordBug()),
        scores=("margin", "probability"),
    )


@pytest.fixture(scope="module")
def measured(hashed: Task, fidelity: Fidelity) -> Measurement:
    return measure(VICTIM, hashed, fidelity, budgets=BUDGETS, seed=0)


def outcomes(measurement: Measurement) -> dict[str, list[Outcome]]:
    return {
        name: [
            (result.example_id, result.status, result.adversarial, result.queries, dict(result.falls_within))
            for result in results
        ]
        for name, results in measurement.results.items()
    }


def test_each_attack_meets_each_score_on_the_same_examples(measured: Measurement, fidelity: Fidelity) -> None:
    assert list(measured.results) == [
        "pwws-margin",
        "pwws-probability",
        "deepwordbug-margin",
        "deepwordbug-probability",
    ]
    assert len({tuple(result.example_id for result in results) for results in measured.results.values()}) == 1
    for (name, results), record in zip(measured.results.items(), measured.robustness, strict=True):
        assert name == f"{record.recipe['kind']}-{record.score['kind']}"
        assert record.n == len(results) == fidelity.examples
        assert record.robust == sum(result.robust for result in results)
        assert set(record.budget_curve) == set(BUDGETS)
    found = {result.status for results in measured.results.values() for result in results}
    assert found == {"success", "failed", "skipped"}


def test_the_figures_are_those_of_the_results(measured: Measurement, hashed: Task) -> None:
    metrics = measured.metrics
    resists = [all(rows) for rows in zip(*([r.robust for r in x] for x in measured.results.values()), strict=True)]
    assert metrics["robust_accuracy"] == np.mean(resists)
    assert metrics["robust_accuracy"] <= min(record.robust_accuracy for record in measured.robustness)
    assert metrics["examples"] == 30
    assert metrics["attack_queries"] == sum(r.queries for results in measured.results.values() for r in results)
    curves = [quoted(measured.robustness, kind).mean_of_budget_curve for kind in ("pwws", "deepwordbug")]
    assert metrics["robustness"] == pytest.approx(np.mean(curves))
    right = VICTIM.logits(hashed.test.texts).argmax(1) == hashed.test.labels
    assert metrics["accuracy"] == np.mean(right)
    by_class = [np.mean(right[hashed.test.labels == label]) for label in (0, 1)]
    assert metrics["balanced_accuracy"] == pytest.approx(np.mean(by_class))
    assert all(math.isfinite(value) for value in metrics.values())


@pytest.mark.parametrize("attack", ["pwws", "deepwordbug"])
def test_the_lower_figure_is_quoted(measured: Measurement, attack: str) -> None:
    of_attack = [record for record in measured.robustness if record.recipe["kind"] == attack]
    assert len(of_attack) == 2
    figure = quoted(measured.robustness, attack)
    assert figure.robust_accuracy == min(record.robust_accuracy for record in of_attack)
    raised = replace(figure, robust_accuracy=figure.robust_accuracy + 0.5)
    assert quoted((raised, figure, raised), attack) == figure
    with pytest.raises(KeyError, match="not attacked with 'textfooler'"):
        quoted(measured.robustness, "textfooler")


def test_a_text_that_falls_to_one_attack_alone_is_lost(measured: Measurement) -> None:
    falls = {
        name: {result.example_id for result in results if not result.robust}
        for name, results in measured.results.items()
    }
    assert falls["pwws-margin"] != falls["deepwordbug-margin"]
    lost = set.union(*falls.values())
    assert measured.metrics["robust_accuracy"] == pytest.approx(1 - len(lost) / 30)


@pytest.mark.parametrize("factor", [1e-3, 8.0, 1e3])
def test_multiplying_the_logits_changes_no_outcome(
    measured: Measurement, hashed: Task, fidelity: Fidelity, factor: float
) -> None:
    multiplied = measure(Multiplied(VICTIM, factor), hashed, fidelity, budgets=BUDGETS, seed=0)
    assert outcomes(multiplied) == outcomes(measured)
    same = {name: value for name, value in measured.metrics.items() if name != "calibration_error"}
    assert {name: multiplied.metrics[name] for name in same} == same


@pytest.mark.parametrize("factor", [1e-3, 8.0, 1e3])
def test_multiplying_the_logits_of_a_real_network_changes_no_outcome(
    prepared_teacher: PreparedTeacher, task: Task, fidelity: Fidelity, factor: float
) -> None:
    model = prepared_teacher.model()
    few = replace(fidelity, examples=12, attacks=fidelity.attacks[:1])
    plain, multiplied = (
        measure(victim, task, few, budgets=BUDGETS, seed=0) for victim in (model, Multiplied(model, factor))
    )
    assert outcomes(multiplied) == outcomes(plain)


@pytest.mark.parametrize("answer", [0, 1])
def test_a_constant_victim_is_as_robust_as_its_class_is_frequent(hashed: Task, fidelity: Fidelity, answer: int) -> None:
    class Constant:
        def logits(self, texts: Sequence[Text]) -> FloatArray:
            return np.tile(np.eye(2)[answer] * 3, (len(texts), 1))

    found = measure(Constant(), hashed, fidelity, budgets=BUDGETS, seed=0)
    rows = example_rows(len(hashed.test), 30, seed=0, split="test")
    share = float(np.mean(hashed.test.labels[rows] == answer))
    assert found.metrics["robust_accuracy"] == pytest.approx(share)
    assert all(record.robust_accuracy == pytest.approx(share) for record in found.robustness)
    assert found.metrics["robustness"] == pytest.approx(share)
    assert found.metrics["balanced_accuracy"] == 0.5
    assert found.metrics["accuracy"] == np.mean(hashed.test.labels == answer)


def test_the_majority_class_answers_with_the_most_frequent_label(task: Task) -> None:
    uneven = replace(
        task,
        train=task.train.take(
            [*np.flatnonzero(task.train.labels == 1)[:9], *np.flatnonzero(task.train.labels == 0)[:8]]
        ),
    )
    assert MajorityClass(uneven).logits(["a", ("b", "c")]).tolist() == [[0, 1], [0, 1]]
    assert MajorityClass(uneven).logits([]).shape == (0, 2)


def test_every_victim_of_a_study_meets_the_same_examples(
    measured: Measurement, hashed: Task, fidelity: Fidelity
) -> None:
    other = measure(MajorityClass(hashed), hashed, fidelity, budgets=BUDGETS, seed=0)
    assert {record.examples for record in other.robustness} == {record.examples for record in measured.robustness}
    elsewhere = measure(MajorityClass(hashed), hashed, fidelity, budgets=BUDGETS, seed=1)
    assert {record.examples for record in elsewhere.robustness} != {record.examples for record in other.robustness}
    texts = {result.example_id: result.original for result in other.results["pwws-margin"]}
    assert all(hashed.test.texts[int(name.removeprefix("test-"))] == text for name, text in texts.items())


@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 99))
def test_examples_are_rows_of_the_split_and_more_of_them_contain_fewer(size: int, count: int, seed: int) -> None:
    rows = example_rows(size, count, seed=seed, split="dev")
    assert len(rows) == min(size, count)
    assert np.array_equal(rows, np.unique(rows))
    assert set(rows) <= set(range(size))
    assert set(example_rows(size, count // 2, seed=seed, split="dev")) <= set(rows)
    np.testing.assert_array_equal(rows, example_rows(size, count, seed=seed, split="dev"))


def test_dev_and_test_have_their_own_examples() -> None:
    dev, test = (example_rows(1000, 100, seed=0, split=split) for split in ("dev", "test"))
    assert len(set(dev) & set(test)) < 40


def test_the_search_asks_dev_only(hashed: Task, fidelity: Fidelity) -> None:
    asked: set[Text] = set()

    class Listening:
        def logits(self, texts: Sequence[Text]) -> FloatArray:
            asked.update(texts)
            return VICTIM.logits(texts)

    search = replace(fidelity, name="search", split="dev", examples=4, scores=("margin",))
    found = measure(Listening(), hashed, search, budgets=BUDGETS, seed=0)
    assert not asked & set(hashed.test.texts)
    assert all(result.example_id.startswith("dev-") for result in found.results["pwws-margin"])
    assert [record.score["kind"] for record in found.robustness] == ["margin", "margin"]


def test_results_are_written_a_row_a_text(measured: Measurement, tmp_path: Path) -> None:
    measured.write(tmp_path / "attacks")
    assert {path.name for path in (tmp_path / "attacks").iterdir()} == {f"{name}.parquet" for name in measured.results}
    for name, results in measured.results.items():
        assert read_results(tmp_path / "attacks" / f"{name}.parquet") == results


def test_an_attack_that_was_stopped_goes_on_where_it_was(
    hashed: Task, fidelity: Fidelity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rosearch.fitness.attacking.PORTION", 2)
    whole = measure(VICTIM, hashed, fidelity, budgets=BUDGETS, seed=0)

    def stop_after(event: Event) -> None:
        if isinstance(event, Progress) and event.done >= 4:
            raise KeyboardInterrupt

    log = tmp_path / "log.jsonl"
    with pytest.raises(KeyboardInterrupt):
        measure(VICTIM, hashed, fidelity, budgets=BUDGETS, seed=0, log=ResultLog(log), listener=stop_after)
    kept = log.read_bytes()
    assert kept.count(b"\n") == 4
    log.write_bytes(kept + kept.splitlines()[0][:40])
    resumed = measure(VICTIM, hashed, fidelity, budgets=BUDGETS, seed=0, log=ResultLog(log))
    assert log.read_bytes().startswith(kept)
    outcomes = {
        name: [replace(result, computed_queries=0) for result in found] for name, found in whole.results.items()
    }
    assert outcomes == {
        name: [replace(result, computed_queries=0) for result in found] for name, found in resumed.results.items()
    }
    lines = log.read_bytes()
    measure(VICTIM, hashed, fidelity, budgets=BUDGETS, seed=0, log=ResultLog(log))
    assert log.read_bytes() == lines
