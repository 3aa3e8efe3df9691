"""TextAttack 0.3 made to give the same again: ties are stable, each text has its seed, resources can be handed in.

Imported where TextAttack is installed, and there only; of this project it imports nothing.
"""

import io
import os
import random
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import nltk
import numpy as np

_SET_UP = "post_install_check_3"


class MissingError(Exception):
    """Something that TextAttack would download."""


def forbid_downloads() -> None:
    """Keeps TextAttack from the network; to be called before it is imported.

    Raises:
        MissingError: If TextAttack would download NLTK's data, as it does when it is first imported.
    """
    cache = Path(os.environ.get("TA_CACHE_DIR", Path("~/.cache/textattack").expanduser()))
    if not (cache / _SET_UP).exists():
        raise MissingError(
            "NLTK's data, which it fetches when it is first imported (where NLTK finds the data already, an empty file "
            f"{cache / _SET_UP} says so to TextAttack)"
        )
    # Its recipes ask for a corpus that English does not need; what they do need and lack, NLTK says itself.
    nltk.download = lambda *_, **__: False
    install: Any = import_module("textattack.shared.utils.install")
    install.http_get = _refuse


def _refuse(url: str, *_: Any, **__: Any) -> None:
    raise MissingError(url)


def settle() -> None:
    """Lets words of equal importance keep the order in which TextAttack lists them, and TextBugger run at all.

    TextAttack leaves such words to an unstable sort, whose order depends on the processor.
    """
    import textattack
    from textattack.search_methods import greedy_word_swap_wir

    textattack.shared.logger.setLevel("ERROR")
    greedy_word_swap_wir.np = _StableNumpy()
    # The wheel lacks this file, so that TextBugger fails; only the recipe bad-characters would use what it holds.
    if not (Path(textattack.__file__).parent / "shared" / "intentional_homoglyphs.txt").exists():
        module: Any = import_module("textattack.transformations.word_swaps.word_swap_homoglyph_swap")
        module.open = lambda *_, **__: io.StringIO()


class _StableArray(np.ndarray):
    def argsort(self, *args: Any, **kwargs: Any) -> Any:
        return np.asarray(self).argsort(*args, **{"kind": "stable", **kwargs})


class _StableNumpy:
    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    @staticmethod
    def array(*args: Any, **kwargs: Any) -> Any:
        return np.array(*args, **kwargs).view(_StableArray)


def seed_all(seed: int) -> None:
    """Seeds every generator that a recipe may draw from."""
    import torch

    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002 - TextAttack's own
    torch.manual_seed(seed % 2**63)


def inject_vectors(folder: Path) -> None:
    """Takes these vectors for the counter-fitted ones.

    Args:
        folder: Holds ``words.txt``, ``vectors.npy`` and ``neighbours.npy``, whose rows list the nearest words first.
    """
    words = (folder / "words.txt").read_text(encoding="utf-8").split("\n")
    inject_vector_table(words, *(np.load(folder / f"{name}.npy") for name in ("vectors", "neighbours")))


def inject_vector_table(words: Sequence[str], vectors: Any, neighbours: Any) -> None:
    """Takes these vectors for the counter-fitted ones.

    Args:
        words: One for each row.
        vectors: Shape ``(words, D)``.
        neighbours: Rows, nearest first, without the word's own, shape ``(words, K)``.
    """
    from textattack.shared import WordEmbedding

    own = np.arange(len(words))[:, None]
    embedding = WordEmbedding(
        np.array(vectors, dtype=np.float32),
        {word: row for row, word in enumerate(words)},
        dict(enumerate(words)),
        np.concatenate([own, np.asarray(neighbours)], axis=1),
    )
    WordEmbedding.counterfitted_GLOVE_embedding = staticmethod(lambda: embedding)


def inject_encoder(encode: Callable[[list[str]], Any]) -> None:
    """Takes this for the Universal Sentence Encoder; it gives vectors of shape ``(texts, D)``."""
    module = import_module(
        "textattack.constraints.semantics.sentence_encoders.universal_sentence_encoder.universal_sentence_encoder"
    )
    module.UniversalSentenceEncoder.encode = lambda _, texts: np.asarray(encode(list(texts)), dtype=np.float32)


def inject_tagger(tags: Callable[[list[str]], Sequence[str]]) -> None:
    """Takes this for NLTK's tagger."""
    nltk.pos_tag = lambda words, **_: list(zip(words, tags(list(words))))  # noqa: B905 - Python 3.9 too


def inject_masked_lm(model: str, *, padded: bool = True) -> None:
    """Takes a checkpoint for the masked language model that a recipe names.

    Args:
        model: A folder or a hub id.
        padded: To 512 word pieces, as TextAttack has it; without, outcomes are the same, many times faster.
    """
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    module = import_module("textattack.transformations.word_swaps.word_swap_masked_lm")
    network, tokenizer = AutoModelForMaskedLM.from_pretrained(model), AutoTokenizer.from_pretrained(model)
    if not padded:
        module.WordSwapMaskedLM._encode_text = lambda swap, text: swap._lm_tokenizer(
            text, max_length=swap.max_length, truncation=True, padding=True, return_tensors="pt"
        )
    for name, loaded in (("AutoModelForMaskedLM", network), ("AutoTokenizer", tokenizer)):
        setattr(module, name, type(name, (), {"from_pretrained": staticmethod(lambda *_, _it=loaded, **__: _it)}))
