"""Diagnosis of whole models: confidence alone changes no figure and is flagged; what is constant is called so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from rosearch.attacks import DeepWordBug
from rosearch.core.protocols import FloatArray, Text, Victim
from rosearch.data.task import Split, Task
from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.majority import MajorityClass
from rosearch.fitness.measurement import Measurement, measure
from rosearch.testing.attack_conformance import HashedWords

FIDELITY = Fidelity(
    name="full", share=1.0, split="test", examples=60, attacks=(DeepWordBug(),), scores=("margin", "probability")
)


@dataclass(frozen=True)
class Sharpened:
    """A float32 model whose softmax is a hundred times as sharp, as training at a low temperature makes it."""

    factor: float

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        return (HashedWords().logits(texts) * self.factor).astype(np.float32).astype(np.float64)


@pytest.fixture(scope="module")
def hashed(task: Task) -> Task:
    def relabelled(split: Split) -> Split:
        labels = np.array(HashedWords().labels(split.texts))
        labels[::6] = 1 - labels[::6]
        return Split(split.texts, labels)

    return replace(task, train=relabelled(task.train), dev=relabelled(task.dev), test=relabelled(task.test))


def measured(victim: Victim, task: Task) -> Measurement:
    return measure(victim, task, FIDELITY, budgets=(10, 40), seed=0)


def test_a_sharp_softmax_changes_no_figure_and_is_flagged(hashed: Task) -> None:
    plain, sharp = measured(Sharpened(1.0), hashed), measured(Sharpened(100.0), hashed)
    assert sharp.metrics["robust_accuracy"] == plain.metrics["robust_accuracy"]
    assert sharp.metrics["robustness"] == pytest.approx(plain.metrics["robustness"])
    assert [record.robust_accuracy for record in sharp.robustness] == [
        record.robust_accuracy for record in plain.robustness
    ]
    raised = {flag.name for flag in sharp.flags} - {flag.name for flag in plain.flags}
    assert raised == {"over_confident", "hidden_by_confidence"}
    assert "deepwordbug" in next(flag.sentence for flag in sharp.flags if flag.name == "hidden_by_confidence")


def test_a_constant_model_is_called_constant(hashed: Task) -> None:
    found = {flag.name: flag.sentence for flag in measured(MajorityClass(hashed), hashed).flags}
    assert found["constant"] == "constant: 100.0% of unchanged texts get one answer"
    assert "flat_scores" in found


def test_a_model_that_answers_at_random_is_unsteady(hashed: Task) -> None:
    class Restless:
        def __init__(self) -> None:
            self.rng = np.random.default_rng(0)

        def logits(self, texts: Sequence[Text]) -> FloatArray:
            rows = HashedWords().logits(texts)
            return rows * self.rng.uniform(0.998, 1.002, size=rows.shape)

    assert "unsteady" in {flag.name for flag in measured(Restless(), hashed).flags}


def test_diagnosis_belongs_to_figures_that_are_quoted(hashed: Task) -> None:
    asked: list[Text] = []

    class Counting:
        def logits(self, texts: Sequence[Text]) -> FloatArray:
            asked.extend(texts)
            return Sharpened(100.0).logits(texts)

    measure(Counting(), hashed, replace(FIDELITY, name="search", scores=("margin",)), budgets=(10,), seed=0)
    few = len(asked)
    found = measure(Counting(), hashed, replace(FIDELITY, scores=("margin",)), budgets=(10,), seed=0)
    assert len(asked) - few > few
    assert {flag.name for flag in found.flags} >= {"over_confident"}


def test_the_texts_that_stay_right_are_on_record(hashed: Task) -> None:
    found = measured(Sharpened(1.0), hashed)
    (places,) = found.robust_texts.values()
    assert len(places) == min(record.robust for record in found.robustness)
    worst = found.metrics["worst_class_robust_accuracy"]
    assert worst <= min(record.worst_class_accuracy for record in found.robustness)
