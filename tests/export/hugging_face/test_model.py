"""An exported student in the transformers library: every promise that its models make, with the student's answers."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer, pipeline

from rosearch.core.errors import InputError
from rosearch.export.hugging_face.configuration import RoSearchConfig
from rosearch.export.hugging_face.directory import export_hugging_face
from rosearch.export.hugging_face.loaded import LoadedModel
from rosearch.export.hugging_face.modeling import RoSearchForSequenceClassification
from rosearch.students.loading import load_student
from rosearch.students.student import Student

TEXTS = ["a great movie .", "dull", "the plot was awful " * 30, "", "xyz great !"]


@pytest.fixture
def model(hugging_face: Path) -> RoSearchForSequenceClassification:
    return AutoModelForSequenceClassification.from_pretrained(hugging_face)


@pytest.fixture(scope="module")
def tokenizer(hugging_face: Path) -> AutoTokenizer:
    return AutoTokenizer.from_pretrained(hugging_face)


def test_auto_classes_and_the_pipeline_answer_as_the_student(
    hugging_face: Path, model: RoSearchForSequenceClassification, tokenizer: AutoTokenizer, student: Student
) -> None:
    assert isinstance(model, RoSearchForSequenceClassification)
    assert isinstance(AutoConfig.from_pretrained(hugging_face), RoSearchConfig)
    inputs = tokenizer(TEXTS, return_tensors="pt", padding=True, truncation=True)
    with torch.no_grad():
        logits = model(**inputs).logits.numpy()
    np.testing.assert_allclose(logits, student.logits(TEXTS), rtol=0, atol=1e-6)

    classify = pipeline("text-classification", model=str(hugging_face), top_k=None)
    for batch_size in (1, 3):
        answers = classify(TEXTS, batch_size=batch_size, truncation=True)
        shares = [
            [{row["label"]: row["score"] for row in answer}[name] for name in student.label_names] for answer in answers
        ]
        np.testing.assert_allclose(shares, student.probabilities(TEXTS), rtol=0, atol=1e-6)


def test_this_package_reads_the_directory_too(hugging_face: Path, student: Student) -> None:
    np.testing.assert_array_equal(load_student(hugging_face).logits(TEXTS), student.logits(TEXTS))


def test_a_saved_model_answers_to_the_last_bit_as_before(
    model: RoSearchForSequenceClassification, tokenizer: AutoTokenizer, tmp_path: Path
) -> None:
    model.save_pretrained(tmp_path)
    again = RoSearchForSequenceClassification.from_pretrained(tmp_path)
    inputs = tokenizer(TEXTS, return_tensors="pt", padding=True, truncation=True)
    with torch.no_grad():
        assert torch.equal(again(**inputs).logits, model(**inputs).logits)
    assert again.config.to_dict() == model.config.to_dict() | {"_name_or_path": str(tmp_path)}
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".safetensors", ".py"}


def test_a_text_is_answered_alike_in_any_company_and_padded_however_far(
    model: RoSearchForSequenceClassification, tokenizer: AutoTokenizer
) -> None:
    together = tokenizer(TEXTS, return_tensors="pt", padding="max_length", truncation=True)
    with torch.no_grad():
        alone = [model(**tokenizer(text, return_tensors="pt", truncation=True)).logits for text in TEXTS]
        torch.testing.assert_close(model(**together).logits, torch.cat(alone), rtol=0, atol=1e-5)


def test_a_text_that_was_not_cut_is_refused_with_the_remedy(model: RoSearchForSequenceClassification) -> None:
    with pytest.raises(ValueError, match="this student takes 24; give the tokenizer or the pipeline truncation=True"):
        model(torch.ones(1, 25, dtype=torch.int64))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_other_precisions(hugging_face: Path, tokenizer: AutoTokenizer, student: Student, dtype: torch.dtype) -> None:
    model = AutoModelForSequenceClassification.from_pretrained(hugging_face, dtype=dtype)
    assert {tensor.dtype for tensor in (*model.parameters(), *model.buffers())} == {dtype}
    inputs = tokenizer(TEXTS, return_tensors="pt", padding=True, truncation=True)
    with torch.no_grad():
        logits = model(**inputs).logits
    assert logits.dtype == dtype
    np.testing.assert_allclose(logits.double().numpy(), student.logits(TEXTS), rtol=0, atol=0.1)


def test_labels_and_loss(model: RoSearchForSequenceClassification, student: Student) -> None:
    assert model.config.num_labels == 3
    assert tuple(model.config.id2label.values()) == student.label_names
    assert model.config.label2id == {"bad": 0, "fair": 1, "good": 2}
    ids = torch.ones(2, 5, dtype=torch.int64)
    labels = torch.tensor([0, 2])
    output = model(ids, labels=labels, output_hidden_states=True)
    torch.testing.assert_close(output.loss, torch.nn.functional.cross_entropy(output.logits, labels))
    assert output.hidden_states[0].shape[:2] == (2, 5)
    loss, logits = model(ids, labels=labels, return_dict=False)
    assert torch.equal(loss, output.loss)
    assert torch.equal(logits, output.logits)


def test_another_number_of_labels_gets_a_fresh_head_and_keeps_the_rest(
    hugging_face: Path, model: RoSearchForSequenceClassification
) -> None:
    other = AutoModelForSequenceClassification.from_pretrained(hugging_face, num_labels=5, ignore_mismatched_sizes=True)
    head = other.network.head
    assert head.weight.shape[0] == 5
    assert torch.isfinite(head.weight).all()
    assert 0 < head.weight.std() < 1
    assert head.bias.abs().max() < 1
    weights = other.state_dict()
    for name, tensor in model.state_dict().items():
        if not name.startswith("network.head"):
            assert torch.equal(weights[name], tensor)


def test_every_weight_gets_a_gradient(model: RoSearchForSequenceClassification, tokenizer: AutoTokenizer) -> None:
    inputs = tokenizer(TEXTS, return_tensors="pt", padding=True, truncation=True)
    model.train()
    model(**inputs, labels=torch.tensor([0, 1, 2, 0, 1])).loss.backward()
    trained = [weights for weights in model.parameters() if weights.requires_grad]
    assert trained
    assert all(weights.grad is not None and torch.isfinite(weights.grad).all() for weights in trained)
    model.get_input_embeddings().requires_grad_(True)
    assert model.get_input_embeddings() is model.network.input.table


def test_it_compiles_as_a_whole(model: RoSearchForSequenceClassification, tokenizer: AutoTokenizer) -> None:
    compiled = torch.compile(model, backend="eager", fullgraph=True, dynamic=True)
    with torch.no_grad():
        for texts in (TEXTS, TEXTS[:2], TEXTS[:1]):
            inputs = tokenizer(texts, return_tensors="pt", padding=True, truncation=True)
            torch.testing.assert_close(compiled(**inputs).logits, model(**inputs).logits, rtol=0, atol=1e-5)


def test_nothing_is_pickled(hugging_face: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "load", None)
    AutoModelForSequenceClassification.from_pretrained(hugging_face)
    names = {path.name for path in hugging_face.iterdir()}
    assert {name.rpartition(".")[2] for name in names} == {"json", "safetensors", "py"}
    assert len({path.stat().st_mode for path in hugging_face.iterdir()}) == 1
    config = json.loads((hugging_face / "config.json").read_text())
    assert config["model_type"] == "rosearch"
    assert config["architectures"] == ["RoSearchForSequenceClassification"]


def test_a_configuration_of_nothing_is_a_small_bag_of_embeddings() -> None:
    model = RoSearchForSequenceClassification(RoSearchConfig())
    assert model(torch.ones(2, 3, dtype=torch.int64)).logits.shape == (2, 2)


def test_this_package_reads_what_the_library_saved_of_a_model_that_was_trained_further(
    reading_student: Student, tmp_path: Path
) -> None:
    export_hugging_face(reading_student, tmp_path / "exported")
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "exported")
    with torch.no_grad():
        model.network.head.weight.mul_(-2)
    model.save_pretrained(tmp_path / "tuned")
    AutoTokenizer.from_pretrained(tmp_path / "exported").save_pretrained(tmp_path / "tuned")
    assert not (tmp_path / "tuned" / "student.json").exists()
    again = load_student(tmp_path / "tuned")
    assert again.label_names == reading_student.label_names
    np.testing.assert_allclose(
        again.logits(TEXTS), LoadedModel.from_pretrained(tmp_path / "tuned").logits(TEXTS), rtol=0, atol=1e-6
    )
    assert np.abs(again.logits(TEXTS) - reading_student.logits(TEXTS)).max() > 1e-3


def test_a_damaged_configuration_is_named(hugging_face: Path, tmp_path: Path) -> None:
    config = json.loads((hugging_face / "config.json").read_text())
    for key in ("architecture", "vocab_size"):
        (tmp_path / "config.json").write_text(json.dumps({**config, key: None}))
        with pytest.raises(InputError, match=r"config\.json"):
            load_student(tmp_path)
