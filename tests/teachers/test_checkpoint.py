"""Checkpoints: whole or refused; a head that fits stays, another is replaced by the seed."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForSequenceClassification,
    RobertaConfig,
    RobertaForSequenceClassification,
    T5Config,
)

from rosearch.core.errors import TeacherError
from rosearch.device import seeded
from rosearch.hub import quiet_transformers
from rosearch.teachers.checkpoint import check_length
from rosearch.teachers.model import TeacherModel

TEXTS = ("a great movie .", "the plot was dull and the cast weak .", "bad")
NAMES = ("bad", "good")


def load(folder: Path | str, names: tuple[str, ...] = NAMES, seed: int = 0) -> TeacherModel:
    return TeacherModel.load(folder, label_names=names, max_length=32, seed=seed)


def save_classifier(checkpoint: Path, folder: Path, *names: str) -> Path:
    """Gives the toy checkpoint a head with these classes, in this order."""
    shutil.copytree(checkpoint, folder)
    with quiet_transformers(), seeded(1):
        network = BertForSequenceClassification.from_pretrained(
            str(checkpoint), num_labels=len(names), id2label=dict(enumerate(names))
        )
        network.save_pretrained(folder)
    return folder


def test_a_fitting_head_is_kept_and_its_columns_follow_the_names(toy_checkpoint: Path, tmp_path: Path) -> None:
    save_classifier(toy_checkpoint, tmp_path / "three", "Neutral", "GOOD", "bad")
    models = [load(tmp_path / "three", names) for names in (("bad", "good", "neutral"), ("good", "neutral", "bad"))]
    assert not any(model.head_is_fresh for model in models)
    assert [model.column_order for model in models] == [[2, 1, 0], [1, 0, 2]]
    raw = models[0].network(**models[0].encode(TEXTS)).logits.detach().double().numpy()
    for model in models:
        for logits in (model.logits(TEXTS), model.outputs(TEXTS).logits):
            assert logits == pytest.approx(raw[:, model.column_order], abs=1e-5)


def test_classes_without_names_go_by_position(toy_checkpoint: Path, tmp_path: Path) -> None:
    save_classifier(toy_checkpoint, tmp_path / "generic", "LABEL_0", "LABEL_1")
    model = load(tmp_path / "generic")
    assert not model.head_is_fresh
    assert model.column_order == [0, 1]


def test_foreign_names_are_refused(toy_checkpoint: Path, tmp_path: Path) -> None:
    save_classifier(toy_checkpoint, tmp_path / "foreign", "entailment", "contradiction")
    with pytest.raises(TeacherError) as raised:
        load(tmp_path / "foreign")
    assert str(raised.value) == (
        "The checkpoint's classes are ['contradiction', 'entailment'], the task's are ['bad', 'good']. "
        "Name the classes in [task] label_names as the checkpoint does, or mend id2label in its config.json."
    )


@pytest.mark.parametrize("classes", [2, 3])
def test_a_head_with_another_number_of_classes_is_replaced(toy_checkpoint: Path, tmp_path: Path, classes: int) -> None:
    save_classifier(toy_checkpoint, tmp_path / "head", *(f"class {number}" for number in range(5 - classes)))
    names = tuple(f"name {number}" for number in range(classes))
    model = load(tmp_path / "head", names)
    assert model.head_is_fresh
    assert model.column_order == list(range(classes))
    assert model.logits(TEXTS).shape == (3, classes)
    body = load(toy_checkpoint).network.bert.state_dict()
    assert all(torch.equal(weight, body[name]) for name, weight in model.network.bert.state_dict().items())


def test_a_language_model_gets_a_head_and_a_pooler(toy_checkpoint: Path, tmp_path: Path) -> None:
    shutil.copytree(toy_checkpoint, tmp_path / "language")
    with quiet_transformers():
        BertForMaskedLM.from_pretrained(str(toy_checkpoint)).save_pretrained(tmp_path / "language")
    assert load(tmp_path / "language").head_is_fresh


def test_a_fresh_head_comes_from_the_seed_alone(toy_checkpoint: Path) -> None:
    heads = []
    for outer, seed in ((1, 0), (2, 0), (1, 5)):
        torch.manual_seed(outer)
        before = torch.random.get_rng_state()
        heads.append(load(toy_checkpoint, seed=seed).network.classifier.weight)
        assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[0], heads[2])


def change_config(**fields: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | fields))

    return change


def cut_weights(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:5000])


def pickle_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")


FOREIGN_CODE = {
    "model_type": "foreign",
    "auto_map": {"AutoConfig": "code.Config", "AutoModelForSequenceClassification": "code.Model"},
}
FAULTS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "folder": (shutil.rmtree, "no such directory"),
    "weights": (lambda folder: (folder / "model.safetensors").unlink(), "no file named model.safetensors"),
    "only pickled weights": (pickle_weights, "no file named model.safetensors"),
    "half of the weights": (cut_weights, "incomplete metadata"),
    "config": (lambda folder: (folder / "config.json").unlink(), "Should have a `model_type` key"),
    "config that is JSON": (lambda folder: (folder / "config.json").write_text("{"), "not a valid JSON file"),
    "tokenizer": (lambda folder: (folder / "tokenizer.json").write_text("{}"), "'added_tokens' is missing"),
    "known type": (change_config(model_type="foreign"), "model type `foreign`"),
    "text": (change_config(model_type="vit"), "Unrecognized configuration class"),
    "weights of that width": (change_config(hidden_size=64), "another shape, such as bert.embeddings"),
    "so many layers": (change_config(num_hidden_layers=4), "32 weights .* are missing"),
    "head that is promised": (
        change_config(architectures=["BertForSequenceClassification"]),
        "such as classifier.bias",
    ),
    "code of our own": (change_config(**FOREIGN_CODE), "custom code"),
}


@pytest.mark.parametrize("lacking", FAULTS)
def test_a_checkpoint_that_lacks_something_is_refused_in_one_sentence(
    toy_checkpoint: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], lacking: str
) -> None:
    damage, message = FAULTS[lacking]
    folder = tmp_path / "checkpoint"
    shutil.copytree(toy_checkpoint, folder)
    damage(folder)
    with pytest.raises(TeacherError, match=message) as raised:
        load(folder)
    assert str(raised.value).startswith(f"{folder}: ")
    assert "\n" not in str(raised.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["no/such/folder", "./nowhere", "/nowhere", "~/nowhere"])
def test_a_folder_that_is_not_there_is_not_looked_for_on_the_hub(name: str) -> None:
    with pytest.raises(TeacherError, match=f"^{name}: no such directory"):
        load(name)


def test_a_hub_id_that_cannot_be_had_is_named() -> None:
    with pytest.raises(TeacherError, match=r"^someone/some-model: cannot be loaded as a text classifier: "):
        load("someone/some-model")


def test_the_positions_that_padding_takes_are_not_counted() -> None:
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
    roberta = RobertaForSequenceClassification(RobertaConfig(max_position_embeddings=34, pad_token_id=1, **sizes))
    bert = BertForSequenceClassification(BertConfig(max_position_embeddings=34, **sizes))
    for network, positions in ((roberta, 32), (bert, 34)):
        check_length(network, positions)
        ids = torch.full((1, positions), 5)
        assert network(input_ids=ids).logits.shape == (1, 2)
        with pytest.raises(TeacherError, match=f"positions for {positions} word pieces"):
            check_length(network, positions + 1)


def test_a_checkpoint_without_a_limit_takes_any_length() -> None:
    network = torch.nn.Linear(1, 1)
    network.config = T5Config()  # type: ignore[assignment]
    check_length(network, 100_000)


def test_transformers_is_as_loud_afterwards_as_before(toy_checkpoint: Path) -> None:
    from transformers.utils import logging

    for bars in (True, False):
        (logging.enable_progress_bar if bars else logging.disable_progress_bar)()
        logging.set_verbosity_info()
        with quiet_transformers():
            assert logging.get_verbosity() == logging.ERROR
            assert not logging.is_progress_bar_enabled()
        assert logging.get_verbosity() == logging.INFO
        assert logging.is_progress_bar_enabled() is bars
    logging.enable_progress_bar()
    logging.set_verbosity_warning()
    assert load(toy_checkpoint).network.training is False
