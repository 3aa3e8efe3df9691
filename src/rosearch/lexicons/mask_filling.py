"""A masked language model at work: texts in, rankings out, in batches of like length."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, final

import numpy as np

from rosearch.core.errors import AssetError
from rosearch.data.batching import batches_by_length
from rosearch.data.tokenization import Tokenizer
from rosearch.hub import load_frozen, means_a_directory
from rosearch.lexicons.masked_language_model import Ranking, Slot

if TYPE_CHECKING:
    from torch import Tensor

_BATCH_TOKENS: Final = 2048
_REMEMBERED_TEXTS: Final = 4096
# How a family of models marks the pieces of words: the sign, and whether it begins or continues a word.
_MARKS: Final = {
    "bert": ("##", "continues"),
    "distilbert": ("##", "continues"),
    "electra": ("##", "continues"),
    "mpnet": ("##", "continues"),
    "roberta": ("\u0120", "begins"),
    "longformer": ("\u0120", "begins"),
    "bart": ("\u0120", "begins"),
}


@final
class MaskFilling:
    """A network with its tokenizer, and what it found in the texts that it read last.

    Args:
        network: A masked language model.
        backend: Its tokenizer, as transformers loads it.
        max_length: In word pieces; what is beyond is not read.
    """

    def __init__(self, network: Any, backend: Any, *, max_length: int) -> None:
        self.network = network
        self.tokenizer = Tokenizer(backend.backend_tokenizer, padding_id=backend.pad_token_id)
        self.mask_token: str = backend.mask_token
        self.mask_id: int = backend.mask_token_id
        self.tokens: list[str] = backend.convert_ids_to_tokens(range(network.config.vocab_size))
        self.mark = _MARKS[network.config.model_type]
        self.max_length = max_length
        self.known: OrderedDict[tuple[str, int | None], Ranking] = OrderedDict()
        self.piece_count = lru_cache(maxsize=1 << 16)(lambda word: len(backend.encode(word, add_special_tokens=False)))

    def rank(self, slots: Sequence[Slot]) -> list[Ranking]:
        """Returns a ranking for each slot.

        Args:
            slots: The slots; those of equal texts share one reading.
        """
        masked = self.tokenizer.encode([slot.masked for slot in slots], max_length=self.max_length)
        found = [np.flatnonzero(masked[row] == self.mask_id) for row in range(len(slots))]
        starts = [int(places[0]) if len(places) else self.max_length for places in found]
        rankings: dict[int, Ranking] = {}
        fresh: dict[str, list[int]] = {}
        for row, slot in enumerate(slots):
            whole = self.known.get((slot.text, slot.count))
            if whole is None:
                fresh.setdefault(slot.text, []).append(row)
            else:
                rankings[row] = _part(whole, starts[row], slot.pieces)
        for text, logits_LV in self._read(list(fresh)):
            for row in fresh[text]:
                rankings[row] = self._rank(slots[row], starts[row], logits_LV)
        while len(self.known) > _REMEMBERED_TEXTS:
            self.known.popitem(last=False)
        return [rankings[row] for row in range(len(slots))]

    def _rank(self, slot: Slot, start: int, logits_LV: "Tensor") -> Ranking:
        """Ranks the tokens of a slot; where few are wanted, those of the whole text, for its other words come next."""
        if slot.count is None:
            return _top(logits_LV[start : start + slot.pieces], logits_LV.shape[1], start)
        whole = self.known.setdefault((slot.text, slot.count), _top(logits_LV, slot.count, 0))
        return _part(whole, start, slot.pieces)

    def _read(self, texts: list[str]) -> Iterator[tuple[str, "Tensor"]]:
        """Yields each text with its logits, shape ``(L, V)``."""
        import torch

        encoded = self.tokenizer.encode(texts, max_length=self.max_length)
        for rows in batches_by_length(encoded.lengths, most_tokens=_BATCH_TOKENS):
            ids_BL, mask_BL = (torch.from_numpy(array) for array in encoded.batch(rows))
            with torch.inference_mode():
                logits_BLV = self.network(input_ids=ids_BL, attention_mask=mask_BL.long()).logits.float()
            for row, logits_LV in zip(rows.tolist(), logits_BLV, strict=True):
                yield texts[row], logits_LV[: int(encoded.lengths[row])]


def _top(logits_PV: "Tensor", count: int, position: int) -> Ranking:
    import torch

    values_PK, ids_PK = logits_PV.topk(min(count, logits_PV.shape[1]))
    normalisers_P = torch.logsumexp(logits_PV, dim=1)
    return Ranking(ids_PK.numpy(), values_PK.numpy(), normalisers_P.numpy(), position)


def _part(whole: Ranking, start: int, pieces: int) -> Ranking:
    place = slice(start, start + pieces)
    return Ranking(whole.ids[place], whole.logits[place], whole.log_normalisers[place], start)


@lru_cache(maxsize=2)
def load_mask_filling(model: str, max_length: int) -> MaskFilling:
    """Loads a model, or returns it where it was one of the last two.

    Args:
        model: A directory or a hub id.
        max_length: In word pieces; what is beyond is not read.

    Raises:
        AssetError: If it cannot be loaded.
    """
    from transformers import AutoModelForMaskedLM

    if means_a_directory(model) and not Path(model).is_dir():
        raise AssetError(f"{model}: no such folder. Give that of a masked language model, or a hub id.")
    network, backend = load_frozen(
        AutoModelForMaskedLM,
        model,
        name=model,
        what="a masked language model",
        give="Give a directory with config.json, model.safetensors and a tokenizer, or a hub id.",
    )
    if network.config.model_type not in _MARKS or backend.mask_token is None:
        raise AssetError(
            f"{model}: a masked language model of type {network.config.model_type!r} is not known here; "
            f"known are {', '.join(_MARKS)}."
        )
    return MaskFilling(network.eval(), backend, max_length=max_length)
