"""Sentence encoders as the sentence-transformers library saves them, without that library."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from rosearch.core.errors import AssetError
from rosearch.core.events import Listener, ignore
from rosearch.core.files import read_json
from rosearch.core.fingerprint import fingerprint, fingerprint_files
from rosearch.core.network import is_offline
from rosearch.data.batching import batches_by_length
from rosearch.data.tokenization import Tokenizer
from rosearch.hub import load_frozen, means_a_directory
from rosearch.lexicons.sentence_encoder import SentenceEncoder

Vectors: TypeAlias = NDArray[np.float32]
Pooling: TypeAlias = Literal["mean", "cls"]

_BATCH_TOKENS: Final = 2048
_REMEMBERED_TEXTS: Final = 50_000
_POOLINGS: Final[dict[str, Pooling]] = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}


@final
@dataclass(frozen=True, kw_only=True)
class SentenceTransformer(SentenceEncoder):
    """Any Transformer in a sentence-transformers folder, pooled as the folder says: the mean over tokens, or [CLS].

    Texts are encoded in batches of like length and remembered, so that all models under attack share the work.

    Args:
        model: A folder, a hub id, or ``"minilm"`` for the all-MiniLM-L6-v2 that pip alone can fetch.
        max_length: In word pieces; longer texts are cut.

    Raises:
        ValueError: If ``max_length`` is below 3.

    References:
        Reimers, Gurevych (2019). Sentence-BERT. arXiv:1908.10084.
    """

    model: str = "minilm"
    max_length: int = 128
    kind: Literal["sentence-transformer"] = "sentence-transformer"

    def __post_init__(self) -> None:
        if self.max_length < 3:
            raise ValueError(f"max_length must be at least 3 word pieces, got {self.max_length}.")

    def answer(self, questions: Sequence[str]) -> Vectors:
        """Returns vectors of unit length; see ``SentenceEncoder``.

        Args:
            questions: The texts, with repetitions.

        Raises:
            AssetError: If the encoder cannot be loaded.
        """
        return _loaded(self.model, self.max_length).encode(questions)

    def fingerprint(self) -> str:
        """Returns a name of the files of a folder; a hub id stands for itself.

        Raises:
            AssetError: If the folder is missing.
        """
        return _fingerprint(self.model, self.max_length)

    def prepare(self, listener: Listener) -> None:
        """Fetches MiniLM where it is meant, and loads the encoder.

        Args:
            listener: Hears the bytes.

        Raises:
            AssetError: If the encoder cannot be loaded.
        """
        _source(self.model, listener)
        _loaded(self.model, self.max_length)


class _Loaded:
    """A network with its tokenizer and the vectors of the texts that it met last."""

    def __init__(self, network: Any, tokenizer: Tokenizer, *, pooling: Pooling, max_length: int) -> None:
        self.network = network
        self.tokenizer = tokenizer
        self.pooling = pooling
        self.max_length = max_length
        self.known: OrderedDict[str, Vectors] = OrderedDict()

    def encode(self, texts: Sequence[str]) -> Vectors:
        fresh = [text for text in dict.fromkeys(texts) if text not in self.known]
        if fresh:
            self.known.update(zip(fresh, self._run(fresh), strict=True))
        for text in texts:
            self.known.move_to_end(text)
        vectors = np.stack([self.known[text] for text in texts])
        while len(self.known) > _REMEMBERED_TEXTS:
            self.known.popitem(last=False)
        return vectors

    def _run(self, texts: list[str]) -> Vectors:
        import torch

        encoded = self.tokenizer.encode(texts, max_length=self.max_length)
        vectors = np.empty((len(texts), self.network.config.hidden_size), dtype=np.float32)
        for rows in batches_by_length(encoded.lengths, most_tokens=_BATCH_TOKENS):
            ids_BL, mask_BL = (torch.from_numpy(array) for array in encoded.batch(rows))
            with torch.inference_mode():
                hidden_BLD = self.network(input_ids=ids_BL, attention_mask=mask_BL.long()).last_hidden_state
            weights_BL1 = mask_BL.unsqueeze(-1).to(hidden_BLD.dtype)
            mean_BD = (hidden_BLD * weights_BL1).sum(1) / weights_BL1.sum(1)
            pooled_BD = mean_BD if self.pooling == "mean" else hidden_BLD[:, 0]
            vectors[rows] = torch.nn.functional.normalize(pooled_BD, dim=1).numpy()
        return vectors


@lru_cache(maxsize=2)
def _loaded(model: str, max_length: int) -> _Loaded:
    from transformers import AutoModel

    source = _source(model)
    network, backend = load_frozen(
        AutoModel,
        source,
        name=model,
        what="a sentence encoder",
        give="Give a sentence-transformers folder with config.json, model.safetensors and a tokenizer, or a hub id.",
    )
    tokenizer = Tokenizer(backend.backend_tokenizer, padding_id=backend.pad_token_id)
    return _Loaded(network.eval(), tokenizer, pooling=_pooling(source), max_length=max_length)


def _pooling(source: str) -> Pooling:
    """Reads how the folder pools; the mean where it does not say."""
    from transformers.utils.hub import cached_file

    found = cached_file(
        source,
        "1_Pooling/config.json",
        local_files_only=is_offline(),
        _raise_exceptions_for_missing_entries=False,
        _raise_exceptions_for_connection_errors=False,
    )
    settings = read_json(Path(found)) if found else {"pooling_mode_mean_tokens": True}
    modes = [name for name, value in settings.items() if name.startswith("pooling_mode") and value is True]
    if len(modes) != 1 or modes[0] not in _POOLINGS:
        raise AssetError(f"{source}: pools by {', '.join(modes) or 'nothing'}; known are {', '.join(_POOLINGS)}.")
    return _POOLINGS[modes[0]]


@lru_cache(maxsize=8)
def _fingerprint(model: str, max_length: int) -> str:
    source = Path(_source(model))
    content: Any = model
    if source.is_dir():
        content = fingerprint_files(source)
        content.pop("asset.json", None)  # says where the files came from
    return fingerprint([content, max_length])


def _source(model: str, listener: Listener = ignore) -> str:
    if model == "minilm":
        from rosearch.data.assets import MINILM, fetch

        return str(fetch(MINILM, listener=listener))
    if means_a_directory(model) and not Path(model).is_dir():
        raise AssetError(f"{model}: no such folder. Give that of a sentence encoder, or a hub id.")
    return model
