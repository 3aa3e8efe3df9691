"""Batches: each text with its own label and its own teacher outputs, and only those that are needed."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from rosearch.core.errors import TeacherError
from rosearch.data.task import Task
from rosearch.distillation.hard_labels import HardLabels
from rosearch.distillation.objective import UNLABELLED, Objective, TrainingBatch
from rosearch.distillation.plain import Plain
from rosearch.distillation.scheme import Scheme
from rosearch.distillation.training_set import TrainingSet
from rosearch.students.network import StudentOutput
from rosearch.teachers.teacher import PreparedTeacher

ROWS = np.array([5, 0, 17])
EVERYTHING = Plain(hard_labels=1.0, pooled_states=1.0, token_relations=1.0)


@pytest.fixture(scope="module")
def data(prepared_teacher: PreparedTeacher, task: Task) -> TrainingSet:
    texts = task.train.texts[:20]
    encoded = prepared_teacher.tokenizer().encode(texts, max_length=prepared_teacher.max_length)
    return TrainingSet(
        encoded=encoded, labels=task.train.labels[:20], outputs=prepared_teacher.outputs(texts, with_tokens=True)
    )


def batch(data: TrainingSet, scheme: Scheme) -> TrainingBatch:
    places = np.arange(1000)[::-1].copy()
    return data.batch(ROWS, scheme, places=places, device=torch.device("cpu"))


def test_each_row_is_a_text_with_what_the_teacher_says_of_it(
    data: TrainingSet, task: Task, prepared_teacher: PreparedTeacher
) -> None:
    found = batch(data, EVERYTHING)
    model, tokenizer = prepared_teacher.model(), prepared_teacher.tokenizer()
    said = model.outputs([task.train.texts[row] for row in ROWS])
    assert found.teacher_logits_BC is not None
    assert found.teacher_logits_BC.numpy() == pytest.approx(said.logits, abs=1e-5)
    assert found.teacher_pooled_BE is not None
    assert found.teacher_pooled_BE.numpy() == pytest.approx(said.pooled, abs=1e-2)
    assert found.labels_B.tolist() == task.train.labels[ROWS].tolist()
    assert said.token_states is not None
    for place, row in enumerate(ROWS):
        ids = tokenizer.encode([task.train.texts[row]], max_length=32).ids
        length = len(ids)
        assert found.mask_BL[place].tolist() == [True] * length + [False] * (found.mask_BL.shape[1] - length)
        assert (999 - found.input_ids_BL[place, :length]).tolist() == ids.tolist()
        states, kept = said.token_states[place], found.teacher_tokens_BLE
        assert kept is not None
        assert kept[place, :length] @ kept[place, :length].T == pytest.approx(states @ states.T, abs=0.05)
    assert data.teacher_width == prepared_teacher.hidden_size
    assert len(data) == 20


def test_only_what_the_scheme_uses_is_read(data: TrainingSet) -> None:
    found = batch(data, HardLabels())
    assert (found.teacher_logits_BC, found.teacher_pooled_BE, found.teacher_tokens_BLE) == (None, None, None)
    found = batch(data, Plain(soft_labels=0.0, pooled_states=1.0))
    assert (found.teacher_logits_BC, found.teacher_tokens_BLE) == (None, None)
    assert found.teacher_pooled_BE is not None


def test_without_a_teacher_there_is_nothing_to_read(data: TrainingSet) -> None:
    alone = replace(data, outputs=None)
    assert alone.teacher_width == 0
    assert batch(alone, EVERYTHING).teacher_logits_BC is None


def test_a_teacher_without_token_states_is_refused_where_they_are_needed(data: TrainingSet) -> None:
    assert data.outputs is not None
    without = replace(data, outputs=replace(data.outputs, token_states=None))
    assert batch(without, Plain()).teacher_tokens_BLE is None
    with pytest.raises(TeacherError, match="uses token_relations, and this teacher gives no token states"):
        batch(without, EVERYTHING)


def test_each_text_has_the_weight_of_its_class(data: TrainingSet) -> None:
    assert batch(data, EVERYTHING).weights_B is None
    found = batch(replace(data, class_weights=np.array([0.6, 3.0])), EVERYTHING).weights_B
    assert found is not None
    assert found.numpy() == pytest.approx(np.where(data.labels[ROWS] == 1, 3.0, 0.6))


def test_an_epoch_has_all_labelled_texts_and_some_of_the_others(data: TrainingSet) -> None:
    labels = np.where(np.arange(20) < 12, data.labels, UNLABELLED)
    mixed = replace(data, labels=labels)
    assert mixed.labelled == 12
    drawn = [mixed.epoch(3, rng=np.random.default_rng(seed)).tolist() for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert drawn[0][:12] == list(range(12))
    assert len(set(drawn[0])) == 15
    assert mixed.epoch(8, rng=np.random.default_rng(0)).tolist() == list(range(20))


def test_texts_without_labels_count_one_and_have_no_hard_label(data: TrainingSet) -> None:
    labels = data.labels.copy()
    labels[ROWS[1:]] = UNLABELLED
    mixed = replace(data, labels=labels, class_weights=np.array([0.5, 2.0]))
    found = mixed.batch(ROWS, EVERYTHING, places=np.arange(1000), device=torch.device("cpu"))
    assert found.weights_B is not None
    assert found.weights_B[1:].tolist() == [1.0, 1.0]
    logits = torch.randn((3, 2), generator=torch.Generator().manual_seed(0))
    output = StudentOutput(logits_BC=logits, pooled_BD=logits, hidden_BLD=logits)
    hard = Objective(HardLabels(), pooled_width=2, teacher_width=0)(output, found)
    alone = torch.nn.functional.cross_entropy(logits[:1], found.labels_B[:1])
    torch.testing.assert_close(hard, alone * found.weights_B[0] / 3)
