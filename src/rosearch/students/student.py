"""A student that people can use: texts in, labels out; saved as safetensors and JSON."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self, final

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from rosearch.core.errors import InputError
from rosearch.core.files import read_json, whole_file, write_json
from rosearch.core.protocols import Device, FloatArray, Text
from rosearch.data.tokenization import Tokenizer, batches_by_length
from rosearch.device import resolve_device
from rosearch.space.architecture import Architecture
from rosearch.students.network import StudentNetwork

SCHEMA_VERSION = 1
BATCH_TOKENS = 8192
"""Word pieces per forward pass, padding included: where throughput on two cores levels off."""


@final
class Student:
    """A trained network with its tokenizer and the names of its classes; a `Victim`.

    Args:
        network: The network.
        tokenizer: Shared with the teacher that it was distilled from.
        label_names: Names of the classes, in the order of the logits.
        max_length: Longest input in word pieces; what is beyond is cut off.
        device: Where to run.
    """

    def __init__(
        self,
        network: StudentNetwork,
        tokenizer: Tokenizer,
        *,
        label_names: tuple[str, ...],
        max_length: int,
        device: Device = "auto",
    ) -> None:
        self.device = resolve_device(device)
        self.network = network.to(self.device).eval()
        self.tokenizer = tokenizer
        self.label_names = label_names
        self.max_length = max_length

    @property
    def architecture(self) -> Architecture:
        """What the network was built from."""
        return self.network.architecture

    @torch.inference_mode()
    def logits(self, texts: Sequence[Text]) -> FloatArray:
        """Returns logits, shape ``(len(texts), classes)``; texts of like length are run together."""
        encoded = self.tokenizer.encode(texts, max_length=self.max_length)
        result = np.empty((len(texts), len(self.label_names)))
        for rows in batches_by_length(encoded.lengths, most_tokens=BATCH_TOKENS):
            ids, mask = encoded.batch(rows)
            output = self.network(self._tensor(ids), self._tensor(mask))
            result[rows] = output.logits_BC.double().cpu().numpy()
        return result

    def probabilities(self, texts: Sequence[Text]) -> FloatArray:
        """Returns the softmax of `logits`, shape ``(len(texts), classes)``."""
        logits = self.logits(texts)
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        result: FloatArray = shares / shares.sum(axis=1, keepdims=True)
        return result

    def predict(self, texts: Sequence[Text]) -> list[str]:
        """Returns the name of the most probable class of each text."""
        return [self.label_names[index] for index in self.logits(texts).argmax(axis=1)]

    def save_pretrained(self, folder: str | Path) -> None:
        """Writes ``student.json``, ``model.safetensors`` and ``tokenizer.json``; ``student.json`` comes last."""
        folder = Path(folder)
        weights = {name: tensor.detach().cpu().contiguous() for name, tensor in self.network.state_dict().items()}
        with whole_file(folder / "model.safetensors") as temporary:
            save_file(weights, temporary)
        self.tokenizer.save(folder)
        record = {
            "schema_version": SCHEMA_VERSION,
            "architecture": self.architecture.to_json(),
            "label_names": list(self.label_names),
            "max_length": self.max_length,
            # A table may have more rows than the tokenizer has word pieces: many are rounded up.
            "vocabulary_size": self.network.input.table.num_embeddings,
        }
        write_json(folder / "student.json", record)

    @classmethod
    def from_pretrained(cls, folder: str | Path, *, device: Device = "auto") -> Self:
        """Reads what ``save_pretrained`` wrote.

        Args:
            folder: Holds the three files.
            device: Where to run.

        Raises:
            InputError: If a file is missing, damaged or of another version.
        """
        folder = Path(folder)
        record = _read_record(folder)
        tokenizer = _read_tokenizer(folder)
        network = StudentNetwork(
            Architecture.from_json(record["architecture"], where=f"{folder}/student.json: architecture"),
            vocabulary_size=record["vocabulary_size"],
            classes=len(record["label_names"]),
            padding_id=tokenizer.padding_id,
        )
        try:
            network.load_state_dict(load_file(folder / "model.safetensors"))
        except (OSError, SafetensorError, RuntimeError) as error:
            raise InputError(
                f"{folder}/model.safetensors: not the weights of this student: {error}. Copy the whole folder again."
            ) from None
        label_names = tuple(record["label_names"])
        return cls(network, tokenizer, label_names=label_names, max_length=record["max_length"], device=device)

    def _tensor(self, array: np.ndarray[Any, Any]) -> Tensor:
        return torch.from_numpy(array).to(self.device)


def _read_record(folder: Path) -> dict[str, Any]:
    try:
        record: dict[str, Any] = dict(read_json(folder / "student.json"))
    except (OSError, ValueError, TypeError):
        raise InputError(
            f"{folder}: holds no student (no readable student.json). "
            "Give a folder that Student.save_pretrained wrote, such as finalists/.../student of a run."
        ) from None
    if record.get("schema_version") != SCHEMA_VERSION:
        raise InputError(
            f"{folder}/student.json: schema version {record.get('schema_version')!r}, this program reads "
            f"{SCHEMA_VERSION}. Open it with the version of rosearch that wrote it."
        )
    kinds = {"architecture": dict, "label_names": list, "max_length": int, "vocabulary_size": int}
    for key, kind in kinds.items():
        if not isinstance(record.get(key), kind):
            raise InputError(f"{folder}/student.json: {key} is missing or damaged. Copy the whole folder again.")
    return record


def _read_tokenizer(folder: Path) -> Tokenizer:
    try:
        return Tokenizer.load(folder)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder}: the tokenizer's files are damaged: {error!r}. Copy the whole folder again."
        ) from None
