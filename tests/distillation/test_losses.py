"""Losses: zero where they should be, deaf to what they should not hear, and equal to the formulas they cite."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch import Tensor

from rosearch.distillation.hidden_states import pooled_state_loss
from rosearch.distillation.soft_labels import soft_label_loss
from rosearch.distillation.token_relations import token_relation_loss

logits = arrays(np.float64, st.tuples(st.just(3), st.integers(2, 5)), elements=st.floats(-8, 8)).map(torch.tensor)
temperatures = st.floats(0.5, 20)


def pair(shape: tuple[int, ...], other: tuple[int, ...] | None = None, seed: int = 0) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return (
        torch.randn(shape, generator=generator, dtype=torch.float64),
        torch.randn(other or shape, generator=generator, dtype=torch.float64),
    )


@given(logits, temperatures, st.integers(0, 9))
def test_soft_labels_are_torch_s_divergence_times_the_squared_temperature(
    teacher: Tensor, temperature: float, seed: int
) -> None:
    student = pair(tuple(teacher.shape), seed=seed)[0]
    shares = (teacher / temperature).softmax(-1)
    expected = torch.nn.KLDivLoss(reduction="batchmean")((student / temperature).log_softmax(-1), shares)
    actual = soft_label_loss(student, teacher, temperature=temperature)
    torch.testing.assert_close(actual, expected * temperature**2)
    assert actual >= 0


@given(logits, temperatures, st.floats(-5, 5))
def test_soft_labels_vanish_where_both_say_the_same(teacher: Tensor, temperature: float, shift: float) -> None:
    loss = soft_label_loss(teacher + shift, teacher, temperature=temperature)
    assert abs(float(loss)) < 1e-9


@given(logits, temperatures, st.integers(0, 9))
def test_gradients_of_soft_labels_keep_their_size_whatever_the_temperature(
    teacher: Tensor, temperature: float, seed: int
) -> None:
    student = pair(tuple(teacher.shape), seed=seed)[0].requires_grad_()
    soft_label_loss(student, teacher, temperature=temperature).backward()
    difference = (student / temperature).softmax(-1) - (teacher / temperature).softmax(-1)
    assert student.grad is not None
    torch.testing.assert_close(student.grad, (temperature * difference / len(teacher)).detach())


def test_at_high_temperature_soft_labels_match_logits() -> None:
    student, teacher = pair((4, 3))
    student.requires_grad_()
    soft_label_loss(student, teacher, temperature=1e4).backward()
    difference = (student - teacher).detach()
    centred = difference - difference.mean(dim=-1, keepdim=True)
    torch.testing.assert_close(student.grad, centred / (3 * 4), rtol=1e-3, atol=1e-5)


@given(st.floats(0.01, 100), st.floats(0.01, 100), st.integers(0, 9))
def test_pooled_states_know_no_scale(first: float, second: float, seed: int) -> None:
    student, teacher = pair((5, 7), seed=seed)
    loss = pooled_state_loss(student, teacher)
    torch.testing.assert_close(pooled_state_loss(first * student, second * teacher), loss)
    rotation = torch.linalg.qr(pair((7, 7), seed=seed)[0])[0]
    torch.testing.assert_close(pooled_state_loss(student @ rotation, teacher @ rotation), loss)
    assert 0 <= loss <= 2
    assert abs(float(pooled_state_loss(first * teacher, teacher))) < 1e-12
    assert float(pooled_state_loss(-first * teacher, teacher)) == pytest.approx(2)


def test_pooled_states_are_a_mean_over_texts() -> None:
    student, teacher = pair((6, 4))
    single = torch.stack([pooled_state_loss(student[row : row + 1], teacher[row : row + 1]) for row in range(6)])
    torch.testing.assert_close(pooled_state_loss(student, teacher), single.mean())


lengths = st.lists(st.integers(1, 6), min_size=1, max_size=4)


def states(sizes: list[int], seed: int, *, widths: tuple[int, int] = (5, 8)) -> tuple[Tensor, Tensor, Tensor]:
    length = max(sizes)
    student, teacher = pair((len(sizes), length, widths[0]), (len(sizes), length, widths[1]), seed=seed)
    return student, teacher, torch.arange(length) < torch.tensor(sizes).unsqueeze(1)


@given(lengths, st.integers(0, 9), st.integers(1, 4))
def test_token_relations_do_not_hear_padding(sizes: list[int], seed: int, further: int) -> None:
    student, teacher, mask = states(sizes, seed)
    loss = token_relation_loss(student, teacher, mask)
    noise = 1e3 * torch.randn(2, len(sizes), max(sizes) + further, 8, dtype=torch.float64)
    wide_mask = torch.nn.functional.pad(mask, (0, further))
    padded = []
    for tensor, filling in zip((student, teacher), noise, strict=True):
        wider = torch.nn.functional.pad(tensor, (0, 0, 0, further))
        padded.append(torch.where(wide_mask.unsqueeze(-1), wider, filling[..., : tensor.shape[-1]]))
    torch.testing.assert_close(token_relation_loss(*padded, wide_mask), loss)


@given(lengths, st.integers(0, 9), st.floats(0.1, 10))
def test_token_relations_compare_nothing_but_angles(sizes: list[int], seed: int, scale: float) -> None:
    student, teacher, mask = states(sizes, seed)
    loss = token_relation_loss(student, teacher, mask)
    rotation = torch.linalg.qr(pair((5, 5), seed=seed)[0])[0]
    torch.testing.assert_close(token_relation_loss(scale * student @ rotation, teacher, mask), loss)
    turned = torch.nn.functional.pad(scale * teacher, (0, 3)) @ torch.linalg.qr(pair((11, 11), seed=seed)[0])[0]
    assert abs(float(token_relation_loss(turned, teacher, mask))) < 1e-12
    assert 0 <= loss <= 4


def test_token_relations_are_a_mean_over_pairs_of_real_tokens() -> None:
    student, teacher, mask = states([3, 1], 1)
    expected, pairs = 0.0, 0
    for row, size in enumerate((3, 1)):
        for first in range(size):
            for second in range(size):
                cosines = [
                    float(torch.nn.functional.cosine_similarity(x[row, first], x[row, second], dim=0))
                    for x in (student, teacher)
                ]
                expected += (cosines[0] - cosines[1]) ** 2
                pairs += 1
    assert float(token_relation_loss(student, teacher, mask)) == pytest.approx(expected / pairs)


def test_gradients_are_finite_where_a_state_is_zero() -> None:
    student, teacher, mask = states([3, 2], 0)
    student[0, 1] = 0
    student.requires_grad_()
    token_relation_loss(student, teacher, mask).backward()
    assert student.grad is not None
    assert torch.isfinite(student.grad).all()
    pooled = torch.zeros(2, 3, requires_grad=True)
    pooled_state_loss(pooled, torch.ones(2, 3)).backward()
    assert pooled.grad is not None
    assert torch.isfinite(pooled.grad).all()
