"""Attacks on the classes that attackers hide: only their texts are rewritten, and both figures are reported."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosearch.attacks.pwws import PWWS
from rosearch.core.errors import ConfigError
from rosearch.core.protocols import FloatArray, Text
from rosearch.data.task import Task
from rosearch.fitness.attacked_labels import over_all_texts, require_attackable, spared_metrics
from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.majority import MajorityClass
from rosearch.fitness.measurement import Measurement, measure
from rosearch.lexicons.table import Table
from rosearch.teachers.teacher import PreparedTeacher


@pytest.fixture(scope="module")
def fidelity(toy_lexicon: Path) -> Fidelity:
    return Fidelity(
        name="full",
        share=1.0,
        split="test",
        examples=20,
        attacks=(PWWS(lexicon=Table(path=str(toy_lexicon))),),
        scores=("margin",),
        attacked_labels=("bad",),
    )


@pytest.fixture(scope="module")
def measured(prepared_teacher: PreparedTeacher, task: Task, fidelity: Fidelity) -> Measurement:
    return measure(prepared_teacher.model(precision="float32"), task, fidelity, budgets=(10,), seed=0)


def test_only_texts_of_the_attacked_class_are_rewritten(measured: Measurement, task: Task, fidelity: Fidelity) -> None:
    results = measured.results["pwws-margin"]
    assert len(results) == 20
    assert {result.label for result in results} == {0}
    assert measured.robustness[0].worst_class == 0
    everything = replace(fidelity, attacked_labels=("good", "bad"))
    both = measure(MajorityClass(task), task, everything, budgets=(10,), seed=0)
    assert {result.label for result in both.results["pwws-margin"]} == {0, 1}
    assert "robust_accuracy_all" not in both.metrics


def test_the_figure_over_all_texts_is_what_stays_right_of_them(
    measured: Measurement, task: Task, prepared_teacher: PreparedTeacher
) -> None:
    right = prepared_teacher.model(precision="float32").logits(task.test.texts).argmax(1) == task.test.labels
    spared = task.test.labels == 1
    metrics = measured.metrics
    assert metrics["attacked_share"] == pytest.approx(np.mean(~spared))
    assert metrics["spared_texts"] == spared.sum()
    assert metrics["spared_accuracy"] == pytest.approx(np.mean(right[spared]))
    expected = np.mean(~spared) * metrics["robust_accuracy"] + np.mean(spared) * np.mean(right[spared])
    assert metrics["robust_accuracy_all"] == pytest.approx(expected)
    assert 0 < metrics["robust_accuracy"] < metrics["robust_accuracy_all"] < 1


def test_calling_everything_spam_is_robust_and_shows_in_the_figure_over_all(task: Task, fidelity: Fidelity) -> None:
    class Alarm:
        def logits(self, texts: Sequence[Text]) -> FloatArray:
            return np.tile([1.0, 0.0], (len(texts), 1))

    found = measure(Alarm(), task, fidelity, budgets=(10,), seed=0).metrics
    assert found["robust_accuracy"] == 1
    assert found["robust_accuracy_all"] == pytest.approx(found["attacked_share"])
    assert (found["worst_class_accuracy"], found["recall_at_fpr"]) == (0, 0)


@given(st.integers(1, 99), st.integers(1, 200), st.integers(0, 100), st.integers(0, 100))
def test_the_interval_over_all_texts_holds_the_figure_and_is_no_wider_than_its_parts(
    attacked: int, spared: int, robust: int, right: int
) -> None:
    robust, right = robust * attacked // 100, right * spared // 100
    of_class = np.repeat([True, False], [attacked, spared])
    answers = np.concatenate([np.ones(attacked), np.arange(spared) < right]).astype(int)
    metrics = spared_metrics(np.eye(2)[answers], np.ones(len(answers)), of_class, robust_accuracy=robust / attacked)
    found = over_all_texts(robust / attacked, attacked, metrics)
    assert found is not None
    value, low, high = found
    assert value == pytest.approx((robust + right) / (attacked + spared))
    assert 0 <= low <= value <= high <= 1
    assert over_all_texts(0.5, 10, {"accuracy": 0.5}) is None


@pytest.mark.parametrize(
    ("names", "message"),
    [(("baad",), r"has no label 'baad'. Did you mean 'bad'\?"), (("rare",), "no dev text has the label rare")],
)
def test_a_label_that_cannot_be_attacked_is_named(task: Task, names: tuple[str, ...], message: str) -> None:
    train = replace(task.train, labels=np.where(np.arange(len(task.train)) < 5, 2, task.train.labels))
    wider = Task(name="wider", label_names=("bad", "good", "rare"), train=train, dev=task.dev, test=task.test)
    require_attackable(wider, ())
    with pytest.raises(ConfigError, match=message):
        require_attackable(wider, names)
