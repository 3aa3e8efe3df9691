"""What the golden attacks read: vectors, an encoder, tags and a masked language model, the same wherever they are made.

Imported by the tests and by the tool that records TextAttack's traces, so it knows neither package. All comes from
hashes; vectors are multiples of 1/64, so that sums are exact.
"""

import json
import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = 50
WIDTH = 24
_PIECES = ("##s", "##ed", "##ing", "##ly", "##er", "un", "re", "[unused1]")


def vector(name: str, width: int = WIDTH) -> NDArray[np.float64]:
    """Returns a vector of multiples of 1/64."""
    return np.array([byte - 128 for byte in blake2b(name.encode(), digest_size=width).digest()]) / 64


def vocabulary(texts: Iterable[str]) -> list[str]:
    """Lists the words that have vectors: those of the texts in lower case, if of letters alone."""
    return sorted({word for text in texts for word in re.findall(r"[a-z]+", text.lower())})


def vectors(words: Sequence[str]) -> NDArray[np.float32]:
    """Returns unit vectors in many groups of near words, shape ``(words, WIDTH)``."""
    rows = np.array([vector(f"group {crc32(word.encode()) % 150}") + 0.6 * vector(word) for word in words])
    unit: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def nearest(rows: NDArray[np.float32]) -> NDArray[np.int64]:
    """Returns the rows of the nearest other vectors, shape ``(words, NEIGHBOURS)``."""
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -np.inf)
    return np.argsort(-cosines, axis=1, kind="stable")[:, :NEIGHBOURS]


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """Adds up the vectors of words; case does not count."""
    rows = [sum((vector(word) for word in re.findall(r"\w+", text.lower())), vector("text")) for text in texts]
    return np.array(rows, dtype=np.float32)


def tags(words: Sequence[str]) -> tuple[str, ...]:
    """Calls a word a noun, a verb or an adjective by its hash; after an adjective a verb is a noun."""
    found: list[str] = []
    for word in words:
        tag = ("NOUN", "VERB", "ADJ")[crc32(word.lower().encode()) % 3]
        found.append("NOUN" if tag == "VERB" and found[-1:] == ["ADJ"] else tag)
    return tuple(found)


def write_masked_lm(folder: Path, words: Sequence[str]) -> None:
    """Saves a small BERT; every second word of more than six letters falls into two pieces there, others into none."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertForMaskedLM

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    whole = [word for at, word in enumerate(words) if len(word) <= 6 or at % 2]
    halves = [
        half
        for word in sorted(set(words) - set(whole))
        for half in (word[: len(word) // 2], "##" + word[len(word) // 2 :])
    ]
    signs = ".,;:!?'\"-()abcdefghijklmnopqrstuvwxyz0123456789"
    tokens = list(dict.fromkeys([*special, *signs, *_PIECES, *whole, *halves]))
    pieces = models.WordPiece({token: at for at, token in enumerate(tokens)}, unk_token="[UNK]")  # noqa: S106
    tokenizer = Tokenizer(pieces)
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        "[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.add_special_tokens(special)
    tokenizer.save(str(folder / "tokenizer.json"))
    names = {f"{name.lower()}_token": f"[{name}]" for name in ("PAD", "UNK", "CLS", "SEP", "MASK")}
    settings: dict[str, Any] = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512, **names}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    network = BertForMaskedLM(
        BertConfig(
            vocab_size=len(tokens),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
        )
    )
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if weight.dim() == 2:
                rng = np.random.RandomState(crc32(name.encode()))
                weight.copy_(torch.from_numpy(0.2 * rng.standard_normal(tuple(weight.shape))))
    network.save_pretrained(folder, safe_serialization=True)


def tagger_files(texts: Sequence[str]) -> dict[str, Any]:
    """Returns a tagger in the three parts of NLTK's: weights for what it may see of the texts, all from hashes."""
    classes = ("NN", "NNS", "VB", "VBZ", "JJ", "RB", "IN", "DT")
    words = vocabulary(texts)
    seen = [*words, "-START-", "-START2-", "-END-", "-END2-", "!HYPHEN", "!YEAR", "!DIGITS"]
    tags = (*classes, "-START-", "-START2-")
    features = [
        "bias",
        *(f"{place} word {word}" for place in ("i", "i-1", "i-2", "i+1", "i+2") for word in seen),
        *(f"{place} suffix {word[-3:]}" for place in ("i", "i-1", "i+1") for word in seen),
        *(f"i pref1 {word[0]}" for word in seen),
        *(f"{place} tag {tag}" for place in ("i-1", "i-2") for tag in tags),
        *(f"i tag+i-2 tag {first} {second}" for first in tags for second in tags),
        *(f"i-1 tag+i word {tag} {word}" for tag in tags for word in words),
    ]
    weights = {}
    for feature in dict.fromkeys(features):
        values = blake2b(feature.encode(), digest_size=len(classes)).digest()
        found = {name: (value - 128) / 64 for name, value in zip(classes, values, strict=True) if value % 3 == 0}
        if found:
            weights[feature] = found
    known = {word: classes[crc32(word.encode()) % len(classes)] for word in words[::9]}
    return {"weights": weights, "tagdict": known, "classes": list(classes)}
