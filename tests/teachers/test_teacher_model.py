"""A teacher's answers: the same in any company, padding without a say, pairs as pairs."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rosearch.core.protocols import Text
from rosearch.data.task import Task
from rosearch.data.tokenization import Tokenizer
from rosearch.teachers.model import TeacherModel
from rosearch.testing.toy_task import BLAME, PRAISE

WORDS = (*PRAISE, *BLAME, "the", "movie", "xyz", ",", ".")


@pytest.fixture(scope="module")
def model(toy_checkpoint: Path) -> TeacherModel:
    return TeacherModel.load(toy_checkpoint, label_names=("bad", "good"), max_length=32)


sentences = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)


@settings(max_examples=20)
@given(
    texts=st.lists(sentences, min_size=1, max_size=8)
    | st.lists(st.tuples(sentences, sentences), min_size=1, max_size=8)
)
def test_a_text_is_answered_alike_in_any_company(model: TeacherModel, texts: list[Text]) -> None:
    together = model.logits(texts)
    assert together.shape == (len(texts), 2)
    assert together.dtype == np.float64
    for row, text in enumerate(texts):
        assert model.logits([text])[0] == pytest.approx(together[row], abs=1e-5)
    assert model.outputs(texts).logits == pytest.approx(together, abs=1e-5)


def test_many_batches_are_put_back_in_order(model: TeacherModel, monkeypatch: pytest.MonkeyPatch, task: Task) -> None:
    expected = model.logits(task.dev.texts)
    monkeypatch.setattr("rosearch.teachers.model.BATCH_TOKENS", 64)
    assert model.logits(task.dev.texts) == pytest.approx(expected, abs=1e-5)


def test_batches_are_bounded_by_tokens_and_few_lengths_occur(
    model: TeacherModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A tokenizer of this kind makes a word piece of each Chinese character.
    texts = ["\u597d" * count for count in range(60)] + ["great " * count for count in range(60)]
    expected = [model.logits([text])[0] for text in texts]
    shapes: list[tuple[int, int]] = []
    encode = TeacherModel.encode

    def spy(self: TeacherModel, texts: list[Text], **keywords: int) -> dict[str, torch.Tensor]:
        batch = encode(self, texts, **keywords)
        shapes.append(tuple(batch["input_ids"].shape))
        return batch

    monkeypatch.setattr(TeacherModel, "encode", spy)
    monkeypatch.setattr("rosearch.teachers.model.BATCH_TOKENS", 96)
    monkeypatch.setattr(model, "max_length", 30)
    found = model.logits(texts)
    assert sum(rows for rows, _ in shapes) == len(texts)
    assert all(rows * length <= 96 for rows, length in shapes)
    assert {length for _, length in shapes} == {8, 16, 24, 30}
    monkeypatch.undo()
    kept = [row for row in range(len(texts)) if row % 60 <= 28]
    assert found[kept] == pytest.approx(np.array(expected)[kept], abs=1e-5)


def test_states_are_those_of_real_tokens_and_pooled_is_their_mean(model: TeacherModel) -> None:
    texts = ["great", "the movie was awful , truly awful .", ""]
    outputs = model.outputs(texts)
    assert outputs.token_states is not None
    with torch.no_grad():
        for row, text in enumerate(texts):
            states = model.network(**model.encode([text]), output_hidden_states=True).hidden_states[-1][0]
            assert outputs.token_states[row] == pytest.approx(states.numpy(), abs=1e-5)
            assert outputs.pooled[row] == pytest.approx(states.mean(0).numpy(), abs=1e-5)
    assert [len(states) for states in outputs.token_states] == [3, 10, 2]


def test_the_second_text_of_a_pair_is_a_segment_of_its_own(model: TeacherModel) -> None:
    batch = model.encode([("great movie", "dull plot"), ("x", "fine")])
    assert batch["token_type_ids"].tolist()[0] == [0, 0, 0, 0, 1, 1, 1]
    assert batch["attention_mask"].tolist()[1] == [1, 1, 1, 1, 1, 0, 0]
    swapped = model.logits([("great movie", "dull plot"), ("dull plot", "great movie")])
    joined = model.logits(["great movie dull plot"])
    assert abs(swapped[0] - swapped[1]).max() > 1e-4
    assert abs(swapped[0] - joined[0]).max() > 1e-4


@settings(max_examples=30)
@given(text=sentences | st.tuples(sentences, sentences) | st.text(max_size=60))
def test_students_see_the_same_pieces(model: TeacherModel, text: Text) -> None:
    tokenizer = Tokenizer(model.tokenizer.backend_tokenizer)
    encoded = tokenizer.encode([text], max_length=32)
    assert encoded.ids.tolist() == model.encode([text])["input_ids"][0].tolist()
    assert len(encoded.ids) <= 32


def test_no_text_gives_no_row(model: TeacherModel) -> None:
    assert model.logits([]).shape == (0, 2)


def test_a_narrow_network_computes_in_float32(model: TeacherModel) -> None:
    assert model.precision == "float32"


def test_in_bfloat16_answers_are_close(model: TeacherModel, toy_checkpoint: Path, task: Task) -> None:
    rough = TeacherModel.load(toy_checkpoint, label_names=("bad", "good"), max_length=32)
    rough.precision = "bfloat16"
    difference = abs(rough.logits(task.dev.texts) - model.logits(task.dev.texts)).max()
    assert 0 < difference < 0.1
