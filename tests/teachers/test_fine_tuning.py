"""Fine-tuning: learns, repeats itself, keeps the best epoch, and leaves alone what is frozen."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rosearch.core.errors import DivergenceError, TeacherError
from rosearch.core.events import Event, Progress
from rosearch.core.protocols import FloatArray
from rosearch.core.rng import SeedTree
from rosearch.data.task import Split, Task
from rosearch.teachers import fine_tuning
from rosearch.teachers.fine_tuning import dev_accuracy, fine_tune
from rosearch.teachers.model import TeacherModel
from rosearch.teachers.pretrained import FineTuning
from rosearch.teachers.teacher import PreparedTeacher
from rosearch.testing.toy_teacher import FINE_TUNING

Weights = dict[str, torch.Tensor]


def load(checkpoint: Path, task: Task) -> TeacherModel:
    return TeacherModel.load(checkpoint, label_names=task.label_names, max_length=32)


def weights_of(model: TeacherModel) -> Weights:
    return {name: weight.detach().clone() for name, weight in model.network.state_dict().items()}


def differing(first: Weights, second: Weights) -> set[str]:
    return {name for name, weight in first.items() if not torch.equal(weight, second[name])}


@pytest.fixture
def small(task: Task) -> Task:
    parts = {name: getattr(task, name).take(range(40)) for name in ("train", "dev", "test")}
    return Task(name="small", label_names=task.label_names, **parts)


@pytest.fixture
def with_dropout(toy_checkpoint: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "dropout"
    shutil.copytree(toy_checkpoint, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"hidden_dropout_prob": 0.3}))
    return folder


def test_the_toy_teacher_learns(prepared_teacher: PreparedTeacher, task: Task) -> None:
    assert prepared_teacher.fine_tuned
    assert prepared_teacher.dev_accuracy >= 0.9
    model = prepared_teacher.model()
    assert not model.head_is_fresh
    assert dev_accuracy(model, task) == prepared_teacher.dev_accuracy
    assert float(np.mean(model.logits(task.test.texts).argmax(1) == task.test.labels)) >= 0.85


def test_the_same_seed_gives_the_same_weights_whatever_was_drawn_before(with_dropout: Path, small: Task) -> None:
    found = []
    for outer, seed in ((1, 0), (2, 0), (1, 1)):
        torch.manual_seed(outer)
        model = load(with_dropout, small)
        fine_tune(model, small, FineTuning(epochs=1, learning_rate=1e-3), seeds=SeedTree(seed))
        found.append(weights_of(model))
    assert not differing(found[0], found[1])
    assert differing(found[0], found[2])


@pytest.mark.parametrize(
    ("accuracies", "best"), [((0.6, 0.9, 0.7), 1), ((0.9, 0.9, 0.9), 0), ((0.0, 0.1, 0.2), 2), ((0.0, 0.0, 0.0), 0)]
)
def test_the_epoch_that_is_best_on_dev_is_kept_the_first_of_equals(
    toy_checkpoint: Path, small: Task, monkeypatch: pytest.MonkeyPatch, accuracies: tuple[float, ...], best: int
) -> None:
    seen: list[Weights] = []

    def scripted(model: TeacherModel, task: Task, *, weights: FloatArray | None) -> float:
        assert task is small
        assert weights is None
        seen.append(weights_of(model))
        return accuracies[len(seen) - 1]

    monkeypatch.setattr(fine_tuning, "dev_accuracy", scripted)
    model = load(toy_checkpoint, small)
    settings = FineTuning(epochs=3, learning_rate=1e-3)
    assert fine_tune(model, small, settings, seeds=SeedTree(0)) == accuracies[best]
    assert [index for index, state in enumerate(seen) if not differing(state, weights_of(model))] == [best]
    assert not model.network.training
    assert not any(weight.requires_grad for weight in model.network.parameters())


@pytest.mark.parametrize("frozen", [0, 1, 2])
def test_frozen_layers_and_the_embeddings_below_them_keep_their_weights(
    toy_checkpoint: Path, small: Task, frozen: int
) -> None:
    model = load(toy_checkpoint, small)
    before = weights_of(model)
    settings = FineTuning(epochs=1, learning_rate=1e-2, frozen_layers=frozen)
    fine_tune(model, small, settings, seeds=SeedTree(0))
    kept = ("bert.embeddings.", *(f"bert.encoder.layer.{layer}." for layer in range(frozen))) if frozen else ()
    assert differing(before, weights_of(model)) == {name for name in before if not name.startswith(kept)}


def test_too_many_frozen_layers_are_refused_before_any_step(toy_checkpoint: Path, small: Task) -> None:
    model = load(toy_checkpoint, small)
    before = weights_of(model)
    with pytest.raises(TeacherError, match="frozen_layers = 3: the checkpoint has 2 layers"):
        fine_tune(model, small, FineTuning(frozen_layers=3), seeds=SeedTree(0))
    assert not differing(before, weights_of(model))


def test_only_so_many_texts_are_used(
    toy_checkpoint: Path, small: Task, monkeypatch: pytest.MonkeyPatch, task: Task
) -> None:
    used: list[list[str]] = []
    encode = TeacherModel.encode

    def spy(self: TeacherModel, texts: Sequence[Any], *, pad_to: int) -> Any:
        used.append(list(texts))
        assert pad_to % 8 == 0
        return encode(self, texts, pad_to=pad_to)

    monkeypatch.setattr(TeacherModel, "encode", spy)
    monkeypatch.setattr(fine_tuning, "dev_accuracy", lambda model, task, weights: 0.5)  # noqa: ARG005
    settings = FineTuning(epochs=2, batch_size=8, max_texts=20)
    fine_tune(load(toy_checkpoint, task), task, settings, seeds=SeedTree(0))
    assert len(used) == 6
    epochs = [[text for batch in used[start : start + 3] for text in batch] for start in (0, 3)]
    assert sorted(epochs[0]) == sorted(epochs[1])
    assert len(set(epochs[0])) == 20
    assert set(epochs[0]) <= set(task.train.texts)
    used.clear()
    fine_tune(load(toy_checkpoint, small), small, FineTuning(epochs=1, max_texts=999), seeds=SeedTree(0))
    assert sum(map(len, used)) == len(small.train)


def test_progress_counts_to_the_end_and_names_the_best(toy_checkpoint: Path, small: Task) -> None:
    heard: list[Event] = []
    fine_tune(
        load(toy_checkpoint, small),
        small,
        FineTuning(epochs=2, batch_size=16),
        seeds=SeedTree(0),
        listener=heard.append,
    )
    steps = [event for event in heard if isinstance(event, Progress)]
    assert [event.done for event in steps] == [1, 2, 3, 3, 4, 5, 6, 6]
    assert {event.total for event in steps} == {6}
    assert steps[-1].detail.startswith("epoch 2: dev ")


def test_a_fine_tuning_that_leaves_the_numbers_is_stopped(toy_checkpoint: Path, small: Task) -> None:
    with pytest.raises(DivergenceError, match=r"Lower .*learning_rate"):
        fine_tune(load(toy_checkpoint, small), small, FineTuning(epochs=9, learning_rate=1e30), seeds=SeedTree(0))


def test_pairs_of_texts_are_learnt(toy_checkpoint: Path, task: Task) -> None:
    def pairs(split: Split) -> Split:
        halves = (text.partition(" ")[::2] for text in map(str, split.texts))
        return Split(tuple((first, second) for first, second in halves), split.labels)

    two_fields = Task(
        name="pairs",
        label_names=task.label_names,
        train=pairs(task.train),
        dev=pairs(task.dev),
        test=pairs(task.test),
    )
    model = load(toy_checkpoint, two_fields)
    assert fine_tune(model, two_fields, FineTuning(**FINE_TUNING), seeds=SeedTree(0)) >= 0.85


def test_in_an_uneven_task_the_rare_class_is_heard_and_the_epoch_is_judged_by_both(
    toy_checkpoint: Path, task: Task
) -> None:
    labels = task.train.labels
    rows = np.sort(np.concatenate([np.flatnonzero(labels == 0), np.flatnonzero(labels == 1)[:30]]))
    uneven = Task(
        name="uneven", label_names=task.label_names, train=task.train.take(rows), dev=task.dev, test=task.test
    )
    recall: dict[str, float] = {}
    for setting in ("none", "auto"):
        details: list[str] = []

        def listen(event: Event, details: list[str] = details) -> None:
            details.extend([event.detail] if isinstance(event, Progress) else [])

        model = load(toy_checkpoint, task)
        settings = FineTuning(**{**FINE_TUNING, "epochs": 4, "class_weights": setting})
        found = fine_tune(model, uneven, settings, seeds=SeedTree(0), listener=listen)
        assert found == dev_accuracy(model, uneven)
        assert details[-1].startswith("epoch 4: balanced dev" if setting == "auto" else "epoch 4: dev")
        right = model.logits(task.test.texts).argmax(1) == task.test.labels
        recall[setting] = float(right[task.test.labels == 1].mean())
    assert recall["auto"] > recall["none"] + 0.1
