"""What ``config.json`` says of a student."""

from typing import Any, ClassVar

from transformers import PreTrainedConfig

from rosearch.students.record import MODEL_TYPE

CODE_FILE = "modeling_rosearch.py"
"""One file that needs nothing of this package; it stands beside the weights."""

AUTO_MAP = {
    "AutoConfig": "modeling_rosearch.RoSearchConfig",
    "AutoModelForSequenceClassification": "modeling_rosearch.RoSearchForSequenceClassification",
}
"""Where libraries without this package find the classes, if they are told to trust the file."""


class RoSearchConfig(PreTrainedConfig):  # type: ignore[no-untyped-call]
    """Configuration of a student.

    Args:
        architecture: The genes, as ``Architecture.to_json`` gives them; None stands for a small bag of embeddings.
        vocab_size: Rows of the embedding table.
        max_position_embeddings: Longest input in word pieces.
        pad_token_id: The word piece of padding.
        **kwargs: What all configurations have, such as ``id2label``.
    """

    model_type: ClassVar[str] = MODEL_TYPE

    def __init__(
        self,
        *,
        architecture: dict[str, Any] | None = None,
        vocab_size: int = 2,
        max_position_embeddings: int = 128,
        pad_token_id: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"auto_map": dict(AUTO_MAP)} | kwargs)
        self.architecture = SMALLEST if architecture is None else architecture
        self.vocab_size = vocab_size
        self.max_position_embeddings = max_position_embeddings
        self.pad_token_id = pad_token_id


SMALLEST: dict[str, Any] = {
    "schema": 1,
    "input": {"rank": 1, "trained": True},
    "width": 1,
    "pooling": "mean",
    "shared": False,
    "layout": [],
    "cells": [],
}
"""The genes of a configuration that was given none."""
