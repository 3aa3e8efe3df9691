"""What students read with and begin from: a checkpoint's word pieces and their embeddings."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, final

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModel, AutoTokenizer

from rosearch.core.errors import TeacherError
from rosearch.core.events import Listener
from rosearch.core.files import write_array
from rosearch.core.network import is_offline
from rosearch.data.assets import MINILM, fetch
from rosearch.data.tokenization import Tokenizer
from rosearch.teachers.checkpoint import loading


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Pieces:
    """A tokenizer with the table that its ids are looked up in.

    Args:
        tokenizer: Shared by all students.
        table: What the students' tables are cut from, shape ``(vocabulary, width)``.
    """

    tokenizer: Tokenizer
    table: NDArray[np.float32]

    @classmethod
    def of(cls, tokenizer: Any, network: Any) -> Self:
        """Takes the pieces of a loaded checkpoint, or says before any work is done why students cannot use them.

        Args:
            tokenizer: As transformers loads it.
            network: Any network of transformers with word embeddings.

        Raises:
            TeacherError: If there is no fast tokenizer, or tokenizer and table are not of one model.
        """
        backend = getattr(tokenizer, "backend_tokenizer", None)
        if backend is None:
            raise TeacherError(
                f"{type(tokenizer).__name__} has no fast version, and students run on fast tokenizers only. "
                "Save the checkpoint with a tokenizer.json."
            )
        shared = Tokenizer(backend, padding_id=tokenizer.pad_token_id or 0)
        table = network.get_input_embeddings().weight.detach().float().cpu().numpy()
        if shared.vocabulary_size > len(table):
            raise TeacherError(
                f"The checkpoint's tokenizer has {shared.vocabulary_size:,} word pieces and its embedding table "
                f"{len(table):,} rows: they are not of one model. Save the tokenizer that the weights were trained "
                "with."
            )
        return cls(tokenizer=shared, table=table)

    @classmethod
    def read(cls, source: str) -> Self:
        """Reads the pieces of a checkpoint of any kind.

        Args:
            source: A directory or a hub id.

        Raises:
            TeacherError: If it cannot be read, or holds no word embeddings.
        """
        with loading(source, what="a model with word embeddings"):
            options: dict[str, Any] = {"trust_remote_code": False, "local_files_only": is_offline()}
            network, report = AutoModel.from_pretrained(
                source, dtype=torch.float32, use_safetensors=True, output_loading_info=True, **options
            )
            tokenizer = AutoTokenizer.from_pretrained(source, use_fast=True, **options)
        table = network.get_input_embeddings().weight
        names = [name for name, weight in network.named_parameters() if weight is table]
        if not names or set(names) & set(report["missing_keys"]):
            raise TeacherError(f"{source}: holds no word embeddings. Name another checkpoint, such as minilm.")
        return cls.of(tokenizer, network)

    def save(self, folder: Path) -> None:
        """Writes the tokenizer and ``word_embeddings.npy``."""
        self.tokenizer.save(folder)
        write_array(folder / "word_embeddings.npy", self.table)


def locate(model: str, listener: Listener) -> str:
    """Returns where a checkpoint is: ``"minilm"`` is fetched, anything else is a directory or a hub id already.

    Args:
        model: What the configuration names.
        listener: Hears the bytes.

    Raises:
        AssetError: If it cannot be fetched.
    """
    return str(fetch(MINILM, listener=listener)) if model == MINILM.name else model
