"""The objective: the weighted sum of the losses that a scheme names, and nothing else."""

from dataclasses import fields, replace
from typing import Any

import pytest
import torch

from rosearch.core.errors import ConfigError, TeacherError
from rosearch.distillation.hard_labels import HardLabels
from rosearch.distillation.objective import Objective, TrainingBatch
from rosearch.distillation.plain import Plain
from rosearch.students.network import StudentOutput

NAMES = ("soft_labels", "hard_labels", "pooled_states", "token_relations")
OFF = dict.fromkeys(NAMES, 0.0)
OUTPUT_OF = {
    "soft_labels": "teacher_logits_BC",
    "pooled_states": "teacher_pooled_BE",
    "token_relations": "teacher_tokens_BLE",
}


@pytest.fixture
def output() -> StudentOutput:
    generator = torch.Generator().manual_seed(0)
    return StudentOutput(*(torch.randn(shape, generator=generator) for shape in ((2, 3), (2, 5), (2, 4, 5))))


@pytest.fixture
def batch() -> TrainingBatch:
    generator = torch.Generator().manual_seed(1)
    return TrainingBatch(
        input_ids_BL=torch.ones(2, 4, dtype=torch.int64),
        mask_BL=torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]]).bool(),
        labels_B=torch.tensor([0, 2]),
        character_ids_BLK=torch.ones(2, 4, 3, dtype=torch.int64),
        teacher_logits_BC=torch.randn((2, 3), generator=generator),
        teacher_pooled_BE=torch.randn((2, 7), generator=generator),
        teacher_tokens_BLE=torch.randn((2, 4, 6), generator=generator),
    )


def loss(scheme: Any, output: StudentOutput, batch: TrainingBatch) -> torch.Tensor:
    torch.manual_seed(0)
    with torch.no_grad():
        value: torch.Tensor = Objective(scheme, pooled_width=5, teacher_width=7)(output, batch)
    return value


def test_the_losses_are_weighed_and_added(output: StudentOutput, batch: TrainingBatch) -> None:
    single = {name: loss(Plain(**OFF | {name: 1.0}), output, batch) for name in NAMES}
    weights = {name: 0.5 + number for number, name in enumerate(NAMES)}
    expected = sum(weight * single[name] for name, weight in weights.items())
    torch.testing.assert_close(loss(Plain(**weights), output, batch), expected)
    assert len({round(float(value), 4) for value in single.values()}) == 4
    torch.testing.assert_close(loss(HardLabels(), output, batch), single["hard_labels"])
    torch.testing.assert_close(
        single["hard_labels"], torch.nn.functional.cross_entropy(output.logits_BC, batch.labels_B)
    )


@pytest.mark.parametrize("name", OUTPUT_OF)
def test_a_missing_output_of_the_teacher_is_refused(name: str, output: StudentOutput, batch: TrainingBatch) -> None:
    without = replace(batch, **{OUTPUT_OF[name]: None})
    with pytest.raises(TeacherError, match=f"The loss {name} needs outputs that this teacher does not give"):
        loss(Plain(**OFF | {"hard_labels": 1.0, name: 0.1}), output, without)


def test_what_has_no_weight_is_not_asked_for(output: StudentOutput, batch: TrainingBatch) -> None:
    bare = replace(batch, **dict.fromkeys(OUTPUT_OF.values()))
    absent = {field.name for field in fields(batch) if getattr(bare, field.name) is None}
    assert absent == {*OUTPUT_OF.values(), "weights_B"}
    assert torch.isfinite(loss(Plain(**OFF | {"hard_labels": 1.0}), output, bare))
    assert torch.isfinite(loss(HardLabels(), output, bare))


def test_only_pooled_states_need_a_projection() -> None:
    for weight in (0.0, 1.0):
        objective = Objective(Plain(pooled_states=weight), pooled_width=5, teacher_width=7)
        assert [tuple(part.shape) for part in objective.parameters()] == ([(7, 5), (7,)] if weight else [])


def test_the_temperature_is_the_scheme_s(output: StudentOutput, batch: TrainingBatch) -> None:
    cold, warm = (
        loss(Plain(**OFF | {"soft_labels": 1.0}, softmax_temperature=temperature), output, batch)
        for temperature in (1.0, 4.0)
    )
    assert abs(cold - warm) > 1e-3


def test_a_loss_that_is_not_there_is_named(output: StudentOutput, batch: TrainingBatch) -> None:
    class Odd:
        weights = {"attention": 1.0}  # noqa: RUF012
        temperature = 1.0

    with pytest.raises(ConfigError, match="no loss 'attention'"):
        loss(Odd(), output, batch)


@pytest.mark.parametrize(
    "fields",
    [{"softmax_temperature": 0}, {"soft_labels": -1}, {"soft_labels": 0, "hard_labels": 0}],
)
def test_weights_that_cannot_be_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        Plain(**fields)


def test_weighted_texts_count_by_their_weight_in_the_losses_of_labels_alone(
    output: StudentOutput, batch: TrainingBatch
) -> None:
    def of_row(scheme: Plain, row: int) -> torch.Tensor:
        one = {
            field.name: value[row : row + 1]
            for field in fields(batch)
            if isinstance(value := getattr(batch, field.name), torch.Tensor)
        }
        part = StudentOutput(*(tensor[row : row + 1] for tensor in output))
        return loss(scheme, part, TrainingBatch(**one))

    weighted = replace(batch, weights_B=torch.tensor([0.25, 3.0]))
    for name in ("soft_labels", "hard_labels"):
        scheme = Plain(**OFF | {name: 1.0})
        first, second = of_row(scheme, 0), of_row(scheme, 1)
        torch.testing.assert_close(loss(scheme, output, weighted), (0.25 * first + 3 * second) / 2)
    for name in ("pooled_states", "token_relations"):
        scheme = Plain(**OFF | {name: 1.0})
        assert torch.equal(loss(scheme, output, weighted), loss(scheme, output, batch))
    even = replace(batch, weights_B=torch.ones(2))
    torch.testing.assert_close(loss(Plain(), output, even), loss(Plain(), output, batch))
