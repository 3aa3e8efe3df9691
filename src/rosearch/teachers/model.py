"""A pretrained classifier with its own tokenizer: texts in, logits and states out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self, final

import numpy as np
import torch
from torch import Tensor

from rosearch.core.protocols import Device, FloatArray, IntArray, Precision, Text
from rosearch.core.text import field_of
from rosearch.data.batching import batches_by_length
from rosearch.data.tokenization import CHUNK
from rosearch.device import computing, resolve_device, resolve_precision
from rosearch.teachers.checkpoint import check_length, column_order, read_checkpoint
from rosearch.teachers.outputs import TeacherBatch

BATCH_TOKENS = 1024
"""Word pieces per forward pass, padding included: more is no faster on a CPU and scatters its memory."""

LENGTH_STEP = 8
"""Batches are as long as a multiple of this: memory that differs in size from batch to batch is not reused."""


@final
class TeacherModel:
    """A sequence classifier from transformers; a `Victim` like any student.

    Args:
        network: The classifier.
        tokenizer: Its tokenizer, as transformers loads it.
        label_names: The task's classes, in the order of the logits that this class returns.
        max_length: Longest input in word pieces.
        head_is_fresh: Whether the classification head was made here and must be trained.
        device: Where to run.
        precision: Of matrix products.
    """

    batches_itself: ClassVar[bool] = True

    def __init__(
        self,
        network: Any,
        tokenizer: Any,
        *,
        label_names: tuple[str, ...],
        max_length: int,
        head_is_fresh: bool = False,
        device: Device = "auto",
        precision: Precision = "auto",
    ) -> None:
        self.device = resolve_device(device)
        self.precision = resolve_precision(precision, self.device, width=network.config.hidden_size)
        self.network = network.to(self.device).eval()
        self.tokenizer = tokenizer
        self.label_names = label_names
        self.max_length = max_length
        self.head_is_fresh = head_is_fresh
        self.column_order = column_order(network.config, label_names)

    @classmethod
    def load(
        cls,
        path: str | Path,
        *,
        label_names: tuple[str, ...],
        max_length: int,
        seed: int = 0,
        precision: Precision = "auto",
    ) -> Self:
        """Loads a checkpoint; a head that does not fit is replaced by a fresh one.

        Args:
            path: A directory or a hub id.
            label_names: The task's classes.
            max_length: Longest input in word pieces.
            seed: Decides the weights of a fresh head.
            precision: Of matrix products.

        Raises:
            TeacherError: If the checkpoint or its tokenizer cannot be loaded, or has no positions for ``max_length``.
        """
        network, tokenizer, fresh = read_checkpoint(str(path), label_names=label_names, seed=seed)
        check_length(network, max_length)
        return cls(
            network,
            tokenizer,
            label_names=label_names,
            max_length=max_length,
            head_is_fresh=fresh,
            precision=precision,
        )

    @property
    def width(self) -> int:
        """Width of the network."""
        return int(self.network.config.hidden_size)

    def in_bfloat16(self) -> "TeacherModel":
        """Returns the same model with matrix products in bfloat16; it shares the weights."""
        return TeacherModel(
            self.network,
            self.tokenizer,
            label_names=self.label_names,
            max_length=self.max_length,
            device=self.device.type,  # type: ignore[arg-type]  # it came from such a name
            precision="bfloat16",
        )

    def padded_lengths(self, texts: Sequence[Text]) -> IntArray:
        """Returns the word pieces of each text, cut and rounded up to `LENGTH_STEP`, shape ``(len(texts),)``."""
        found: list[int] = []
        # In chunks, because the library's own results take a hundred times the room of the ids.
        for start in range(0, len(texts), CHUNK):
            fields = _fields(texts[start : start + CHUNK])
            encoded = self.tokenizer(*fields, truncation=True, max_length=self.max_length)
            found.extend(map(len, encoded["input_ids"]))
        return np.minimum(-(-np.array(found, dtype=np.int64) // LENGTH_STEP) * LENGTH_STEP, self.max_length)

    def truncated(self, texts: Sequence[Text]) -> int:
        """Returns how many of ``texts`` are longer than the model reads."""
        cut = 0
        for start in range(0, len(texts), CHUNK):
            encoded = self.tokenizer(*_fields(texts[start : start + CHUNK]), verbose=False)
            cut += sum(len(ids) > self.max_length for ids in encoded["input_ids"])
        return cut

    def encode(self, texts: Sequence[Text], *, pad_to: int | None = None) -> dict[str, Tensor]:
        """Tokenises texts into one padded batch on the model's device.

        Args:
            texts: All with one text field, or all with two.
            pad_to: Length of the batch in word pieces, no less than the longest text's; None means the longest text's.
        """
        batch = self.tokenizer(
            *_fields(texts),
            padding=True if pad_to is None else "max_length",
            truncation=True,
            max_length=pad_to or self.max_length,
            return_tensors="pt",
        )
        return {name: tensor.to(self.device) for name, tensor in batch.items()}

    @torch.inference_mode()
    def outputs(self, texts: Sequence[Text]) -> TeacherBatch:
        """Runs one batch; logits in the task's order, states of the last layer in float32."""
        batch = self.encode(texts)
        with computing(self.device, self.precision):
            result = self.network(**batch, output_hidden_states=True)
        hidden_BLD = result.hidden_states[-1].float()
        mask_BL = batch["attention_mask"]
        weights_BL1 = mask_BL.unsqueeze(-1).to(hidden_BLD.dtype)
        pooled_BD = (hidden_BLD * weights_BL1).sum(1) / weights_BL1.sum(1)
        logits = result.logits.float()[:, self.column_order]
        lengths = mask_BL.sum(1).tolist()
        states = [row[:length].cpu().numpy() for row, length in zip(hidden_BLD, lengths, strict=True)]
        return TeacherBatch(logits=logits.cpu().numpy(), pooled=pooled_BD.cpu().numpy(), token_states=states)

    @torch.inference_mode()
    def logits(self, texts: Sequence[Text]) -> FloatArray:
        """Returns logits, shape ``(len(texts), classes)``; texts of like length are run together."""
        lengths = self.padded_lengths(texts)
        result = np.empty((len(texts), len(self.label_names)))
        for rows in batches_by_length(lengths, most_tokens=BATCH_TOKENS):
            batch = self.encode([texts[row] for row in rows], pad_to=int(lengths[rows].max()))
            with computing(self.device, self.precision):
                logits = self.network(**batch).logits
            result[rows] = logits.float()[:, self.column_order].cpu().numpy()
        return result


def _fields(texts: Sequence[Text]) -> tuple[list[str], list[str] | None]:
    """Returns the first text fields, and the second ones or None where there are none."""
    first = [field_of(text, 0) for text in texts]
    return first, [text[1] for text in texts if not isinstance(text, str)] or None
