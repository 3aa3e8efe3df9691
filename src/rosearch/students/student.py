"""A student as torch runs it; saved as safetensors and JSON."""

import copy
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Self, final

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from rosearch.core.errors import InputError
from rosearch.core.files import whole_file
from rosearch.core.protocols import BoolArray, Device, FloatArray, IntArray, Text
from rosearch.data.batching import batches_by_length
from rosearch.data.tokenization import Tokenizer
from rosearch.device import in_parallel, resolve_device
from rosearch.space.architecture import Architecture
from rosearch.students.network import StudentNetwork
from rosearch.students.record import WEIGHTS_FILE, StudentRecord, read_tokenizer
from rosearch.students.text_classifier import TextClassifier

GPU_BATCH_TOKENS = 32_768
"""Instead of `BATCH_TOKENS`; a GPU would wait with less."""


@final
class Student(TextClassifier):
    """A trained network with its tokenizer and the names of its classes.

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
        super().__init__(tokenizer, label_names=label_names, max_length=max_length)
        self.device = resolve_device(device)
        self.network = network.to(self.device).eval()
        if self.device.type != "cpu":
            self.batch_tokens = GPU_BATCH_TOKENS

    @property
    def architecture(self) -> Architecture:
        """What the network was built from."""
        return self.network.architecture

    @property
    def width(self) -> int:
        """Width of the network."""
        return self.architecture.width

    @property
    def record(self) -> StudentRecord:
        """What ``student.json`` says of it."""
        return StudentRecord(
            architecture=self.architecture,
            label_names=self.label_names,
            max_length=self.max_length,
            vocabulary_size=self.network.input.table.num_embeddings,
        )

    def in_bfloat16(self) -> "Student":
        """Returns a copy that holds and computes everything in bfloat16: faster where the device has it, less exact."""
        return Student(
            copy.deepcopy(self.network).to(torch.bfloat16),
            self.tokenizer,
            label_names=self.label_names,
            max_length=self.max_length,
            device=self.device.type,  # type: ignore[arg-type]  # it came from such a name
        )

    @torch.inference_mode()
    def _batch_logits(self, ids: IntArray, mask: BoolArray, characters: IntArray | None) -> FloatArray:
        further = () if characters is None else (self._tensor(characters),)
        output = self.network(self._tensor(ids), self._tensor(mask), *further)
        result: FloatArray = output.logits_BC.double().cpu().numpy()
        return result

    def token_gradients(self, texts: Sequence[Text], labels: Sequence[int]) -> list[tuple[IntArray, FloatArray]]:
        """Returns, for each text, where its tokens stand, and the loss's gradient with respect to their embeddings.

        Args:
            texts: All with one text field, or all with two.
            labels: The classes whose cross-entropy is the loss.

        Returns:
            Text field (-1 for special tokens), first character and end of each token, shape ``(L, 3)``, and gradients,
            shape ``(L, D)``.
        """
        encoded = self.tokenizer.encode(texts, max_length=self.max_length)
        spans = self.tokenizer.token_spans(texts, max_length=self.max_length)
        found: dict[int, FloatArray] = {}
        for rows in batches_by_length(encoded.lengths, most_tokens=self.batch_tokens):
            ids, mask = encoded.batch(rows)
            characters = encoded.character_batch(rows)
            further = () if characters is None else (self._tensor(characters),)
            hidden_BLD = self.network.input(self._tensor(ids), *further).detach().requires_grad_()
            logits_BC = self.network.forward_from(hidden_BLD, self._tensor(mask)).logits_BC
            labels_B = torch.tensor([labels[row] for row in rows], device=self.device)
            loss = torch.nn.functional.cross_entropy(logits_BC.float(), labels_B, reduction="sum")
            (gradients_BLD,) = torch.autograd.grad(loss, hidden_BLD)
            for row, gradients_LD in zip(rows.tolist(), gradients_BLD.double().cpu().numpy(), strict=True):
                found[row] = gradients_LD[: int(encoded.lengths[row])]
        starts = encoded.offsets
        return [(spans[starts[row] : starts[row + 1]], found[row]) for row in range(len(texts))]

    def _each(self, run: Callable[[IntArray], FloatArray], batches: Sequence[IntArray]) -> Iterable[FloatArray]:
        return in_parallel(run, batches) if self.device.type == "cpu" else map(run, batches)

    def save_pretrained(self, folder: str | Path) -> None:
        """Writes ``student.json``, ``model.safetensors`` and ``tokenizer.json``; ``student.json`` comes last."""
        folder = Path(folder)
        weights = {name: tensor.detach().cpu().contiguous() for name, tensor in self.network.state_dict().items()}
        with whole_file(folder / WEIGHTS_FILE) as temporary:
            # Not save_file, whose errors are no OSErrors: a full disk would pass for a fault of the student.
            temporary.write_bytes(save(weights))
        self.tokenizer.save(folder)
        self.record.write(folder)

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
        record = StudentRecord.read(folder)
        tokenizer = read_tokenizer(folder)
        network = StudentNetwork(
            record.architecture,
            vocabulary_size=record.vocabulary_size,
            classes=len(record.label_names),
            padding_id=tokenizer.padding_id,
        )
        try:
            weights = load_file(folder / WEIGHTS_FILE)
            # As a model of the transformers library names them.
            network.load_state_dict({name.removeprefix("network."): tensor for name, tensor in weights.items()})
        except (OSError, SafetensorError, RuntimeError) as error:
            raise InputError(
                f"{folder / WEIGHTS_FILE}: not the weights of this student: {error}. Copy the whole folder again."
            ) from None
        return cls(network, tokenizer, label_names=record.label_names, max_length=record.max_length, device=device)

    def _tensor(self, array: np.ndarray[Any, Any]) -> Tensor:
        return torch.from_numpy(array).to(self.device)
