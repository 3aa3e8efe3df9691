"""A directory that the transformers library loads, and so does this package."""

import shutil
from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizerFast

from rosearch.data.tokenization import TOKENIZER_FILE
from rosearch.export.hugging_face.configuration import RoSearchConfig
from rosearch.export.hugging_face.modeling import RoSearchForSequenceClassification
from rosearch.export.hugging_face.tokenization import RoSearchTokenizer
from rosearch.hub import quiet_transformers
from rosearch.students.record import WEIGHTS_FILE
from rosearch.students.student import Student

SPECIAL_TOKENS = {
    "unk_token": ("[UNK]", "<unk>"),
    "sep_token": ("[SEP]", "</s>"),
    "cls_token": ("[CLS]", "<s>"),
    "mask_token": ("[MASK]", "<mask>"),
}
"""What word pieces of special meaning are called, by BERT's kin and by RoBERTa's."""


def model_of(student: Student) -> RoSearchForSequenceClassification:
    """Returns a student as a model of the transformers library; the two share their weights.

    Args:
        student: On any device.
    """
    record = student.record
    config = RoSearchConfig(
        architecture=record.architecture.to_json(),
        vocab_size=record.vocabulary_size,
        max_position_embeddings=record.max_length,
        pad_token_id=student.tokenizer.padding_id,
        id2label=dict(enumerate(record.label_names)),
        label2id={name: index for index, name in enumerate(record.label_names)},
    )
    model = RoSearchForSequenceClassification(config)
    model.network = student.network
    model.train(mode=False)
    return model


def export_hugging_face(student: Student, folder: str | Path) -> None:
    """Writes configuration, weights in safetensors, code and tokenizer; ``student.json`` comes last.

    Args:
        student: On any device.
        folder: Where to write; made if needed.
    """
    folder = Path(folder)
    student.tokenizer.save(folder)
    with quiet_transformers():
        tokenizer_of(student, folder / TOKENIZER_FILE).save_pretrained(folder)
        model_of(student).save_pretrained(folder)
    # safetensors leaves a file that only its owner can read.
    shutil.copymode(folder / "config.json", folder / WEIGHTS_FILE)
    student.record.write(folder)


def tokenizer_of(student: Student, file: Path) -> PreTrainedTokenizerFast:
    """Returns a student's tokenizer as one of the transformers library, a plain one where that is enough.

    Args:
        student: Gives the longest input, and what is told of words.
        file: What its tokenizer saved.
    """
    tokenizer = student.tokenizer
    names = {
        role: next((name for name in names if tokenizer.token_id(name) is not None), None)
        for role, names in SPECIAL_TOKENS.items()
    }
    told: dict[str, Any] = {}
    if tokenizer.characters is not None:
        told["characters"] = tokenizer.characters.to_config()
    if tokenizer.reading is not None:
        told |= tokenizer.reading.to_record()
    inputs = ["input_ids", "attention_mask", *(["character_ids"] if tokenizer.characters else [])]
    kind = RoSearchTokenizer if told else PreTrainedTokenizerFast
    return kind(  # type: ignore[no-untyped-call]
        tokenizer_file=str(file),
        model_max_length=student.max_length,
        pad_token=tokenizer.tokens([tokenizer.padding_id])[0],
        padding_side="right",
        truncation_side="right",
        model_input_names=inputs,
        **{role: name for role, name in names.items() if name},
        **told,
    )
