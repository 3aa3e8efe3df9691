"""A tiny BERT with random weights, as a directory that any loader of checkpoints reads."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rosearch.core.files import write_json
from rosearch.testing.toy_task import BLAME, FRAMES, PRAISE, SYNONYMS, THINGS

FINE_TUNING: Mapping[str, Any] = {"epochs": 6, "learning_rate": 3e-3, "batch_size": 16}
"""With these the toy teacher learns the toy task in about a second, to more than nine in ten right on dev."""


def write_toy_teacher(folder: Path, *, seed: int = 0) -> Path:
    """Writes a two-layer BERT without a classification head, and its tokenizer; `FINE_TUNING` makes it a teacher.

    Args:
        folder: Where it shall stand.
        seed: Decides the weights.

    Returns:
        ``folder``.
    """
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast  # type: ignore[attr-defined]

    from rosearch.device import seeded
    from rosearch.hub import quiet_transformers

    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(word_pieces()) + "\n", encoding="utf-8")
    with seeded(seed), torch.no_grad(), quiet_transformers():
        BertTokenizerFast(vocab=str(vocabulary), do_lower_case=True).save_pretrained(folder)
        config = BertConfig(
            vocab_size=len(word_pieces()),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=64,
            # So narrow a network learns nothing for a while from BERT's own 0.02, and little under dropout.
            initializer_range=0.1,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        BertModel(config).save_pretrained(folder)
    return folder


def write_toy_lexicon(path: Path) -> Path:
    """Writes the toy synonyms as a table that the lexicon kind ``"table"`` reads; returns ``path``."""
    write_json(path, {word: list(synonyms) for word, synonyms in SYNONYMS.items()})
    return path


def word_pieces() -> list[str]:
    """Returns a vocabulary of the toy task's words, and of letters for all others."""
    frames = " ".join(FRAMES).format(thing="", other="", word="", second="").lower().split()
    words = {*frames, *PRAISE, *BLAME, *THINGS, *(word for row in SYNONYMS.values() for word in row if " " not in word)}
    letters = "abcdefghijklmnopqrstuvwxyz'"
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    return [*special, *sorted(words | set(letters)), *(f"##{letter}" for letter in letters)]
