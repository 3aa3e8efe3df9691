"""The tokenizer of students that read more than word pieces: what the student's own tokenizer tells, by other means."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, DataCollatorWithPadding, pipeline

from rosearch.export.hugging_face.directory import export_hugging_face
from rosearch.export.hugging_face.loaded import LoadedModel
from rosearch.export.hugging_face.tokenization import RoSearchTokenizer
from rosearch.students.loading import load_student
from rosearch.students.student import Student

TEXTS = ["a great movie .", "dull", "the plot was awful " * 30, "", "[PAD] xyzzy superb ! Gr8 Awful"]
PAIRS = [(text, "superb music") for text in TEXTS]


@pytest.fixture(scope="module")
def folder(reading_student: Student, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reading")
    export_hugging_face(reading_student, folder)
    return folder


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> RoSearchTokenizer:
    return AutoTokenizer.from_pretrained(folder)


def test_texts_and_pairs_are_answered_as_by_the_student(folder: Path, reading_student: Student) -> None:
    loaded = LoadedModel.from_pretrained(folder)
    assert isinstance(loaded.tokenizer, RoSearchTokenizer)
    for texts in (TEXTS, PAIRS):
        np.testing.assert_allclose(loaded.logits(texts), reading_student.logits(texts), rtol=0, atol=1e-6)
        np.testing.assert_array_equal(load_student(folder).logits(texts), reading_student.logits(texts))
    classify = pipeline("text-classification", model=str(folder), top_k=None)
    answers = classify(TEXTS, batch_size=2, truncation=True)
    by_name = [{row["label"]: row["score"] for row in answer} for answer in answers]
    shares = [[row[name] for name in reading_student.label_names] for row in by_name]
    np.testing.assert_allclose(shares, reading_student.probabilities(TEXTS), rtol=0, atol=1e-6)


def test_one_text_and_several_and_padding_afterwards_agree(folder: Path, tokenizer: RoSearchTokenizer) -> None:
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    together = tokenizer(TEXTS, padding=True, truncation=True, return_tensors="pt")
    singles = [tokenizer(text, truncation=True) for text in TEXTS]
    for padded in (
        tokenizer.pad(singles, return_tensors="pt"),
        DataCollatorWithPadding(tokenizer)([dict(single) for single in singles]),
        tokenizer.pad(tokenizer(TEXTS, truncation=True), return_tensors="pt"),
    ):
        assert padded.keys() == together.keys()
        for name, tensor in together.items():
            assert torch.equal(padded[name], tensor)
    one = tokenizer(TEXTS[0], return_tensors="pt")
    with torch.no_grad():
        torch.testing.assert_close(model(**one).logits, model(**together).logits[:1], rtol=0, atol=1e-5)
    longer = tokenizer.pad(tokenizer(TEXTS[0]), padding="max_length", max_length=20, return_tensors="np")
    assert {len(row) for row in longer.values()} == {20}


def test_it_survives_being_saved(tokenizer: RoSearchTokenizer, tmp_path: Path) -> None:
    tokenizer.save_pretrained(tmp_path)
    again = RoSearchTokenizer.from_pretrained(tmp_path)
    assert dict(again(TEXTS)) == dict(tokenizer(TEXTS))
    assert (tmp_path / "modeling_rosearch.py").is_file()
    settings = json.loads((tmp_path / "tokenizer_config.json").read_text())
    assert settings["auto_map"]["AutoTokenizer"][1] == "modeling_rosearch.RoSearchTokenizer"


def test_words_instead_of_texts_are_refused(tokenizer: RoSearchTokenizer) -> None:
    with pytest.raises(ValueError, match="join the words"):
        tokenizer(["great", "movie"], is_split_into_words=True)
