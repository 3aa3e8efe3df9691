"""A directory as the transformers library loads and runs it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self, final

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from rosearch.core.protocols import FloatArray, Text
from rosearch.hub import quiet_transformers

BATCH_SIZE = 32


@final
class LoadedModel:
    """A classifier of the transformers library with its tokenizer; a `Victim`.

    Args:
        model: Gives logits.
        tokenizer: Gives what the model takes.
    """

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self.model = model
        self.tokenizer = tokenizer

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> Self:
        """Loads a directory with the Auto classes.

        Args:
            folder: What `export_hugging_face` wrote.
        """
        with quiet_transformers():
            model = AutoModelForSequenceClassification.from_pretrained(folder)
            return cls(model, AutoTokenizer.from_pretrained(folder))

    @torch.inference_mode()
    def logits(self, texts: Sequence[Text]) -> FloatArray:
        """Returns the logits of texts, cut where they are too long, shape ``(len(texts), classes)``.

        Args:
            texts: At least one; all with one text field, or all with two.
        """
        batches = [list(texts[start : start + BATCH_SIZE]) for start in range(0, len(texts), BATCH_SIZE)]
        return np.concatenate([self._batch_logits(batch) for batch in batches])

    def _batch_logits(self, texts: list[Text]) -> FloatArray:
        fields = (texts,) if isinstance(texts[0], str) else map(list, zip(*texts, strict=True))
        inputs = self.tokenizer(*fields, return_tensors="pt", padding=True, truncation=True)
        return self.model(**inputs).logits.double().numpy()  # type: ignore[no-any-return]
