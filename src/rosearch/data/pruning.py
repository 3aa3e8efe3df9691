"""A tokenizer with only the pieces in use: what is gone falls into smaller pieces, down to letters."""

import json
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rosearch.core.errors import TeacherError
from rosearch.core.protocols import IntArray

if TYPE_CHECKING:
    import tokenizers

KINDS = ("WordPiece", "BPE", "Unigram")
CONTINUATIONS = ("##", "\u0120", "\u2581")
"""Marks that make a single letter a piece of its own kind: inside a word, or after a space."""


def prune(backend: "tokenizers.Tokenizer", used: Collection[int]) -> tuple["tokenizers.Tokenizer", IntArray]:
    """Leaves out the pieces that nobody uses.

    Texts made of pieces in use get the same pieces as before; the others fall into smaller ones. Single characters, in
    every form that the vocabulary has, and special tokens stay, so that no letter is lost.

    Args:
        backend: A tokenizer of the tokenizers library.
        used: Ids that must stay.

    Returns:
        The tokenizer, whose ids are numbered anew in the old order, and the old ids in that order.

    Raises:
        TeacherError: If its model does not build words from pieces.
    """
    from tokenizers import Tokenizer as Backend

    data = json.loads(backend.to_str())
    model = data["model"]
    if model.get("type") not in KINDS:
        raise TeacherError(
            f"A vocabulary of the kind {model.get('type')!r} cannot be pruned, only {', '.join(KINDS)}. "
            "Set pruned = [false] in [space]."
        )
    vocabulary = backend.get_vocab(with_added_tokens=True)
    kept = {token for token, number in vocabulary.items() if number in used or _is_single(token)}
    kept |= {added["content"] for added in data["added_tokens"]}
    kept |= {token for token in (model.get("unk_token"), _unknown_of(model)) if token is not None}
    if model["type"] == "BPE":
        kept |= _ancestors(kept, model["merges"])
    rows = sorted(vocabulary[token] for token in kept)
    ids = {old: new for new, old in enumerate(rows)}
    _prune_model(model, kept, ids)
    for added in data["added_tokens"]:
        added["id"] = ids[added["id"]]
    data["post_processor"] = _renumbered(data["post_processor"], ids)
    return Backend.from_str(json.dumps(data)), np.array(rows, dtype=np.int64)


def _is_single(token: str) -> bool:
    for mark in CONTINUATIONS:
        token = token.removeprefix(mark)
    # The last is how bytes are written that no piece holds.
    return len(token) <= 1 or (len(token) == 6 and token.startswith("<0x") and token.endswith(">"))


def _unknown_of(model: Mapping[str, Any]) -> str | None:
    """Returns the token for the unknown where the model names it by its number."""
    number = model.get("unk_id")
    return None if number is None else model["vocab"][number][0]


def _ancestors(kept: Collection[str], merges: list[Any]) -> set[str]:
    """Returns the pieces from which pieces are merged, step by step."""
    needed = set(kept)
    # A piece is merged from pieces whose own merges come earlier.
    for first, second in map(_parts, reversed(merges)):
        if first + second in needed:
            needed |= {first, second}
    return needed


def _parts(merge: Any) -> tuple[str, str]:
    first, second = merge.split(" ") if isinstance(merge, str) else merge
    return first, second


def _prune_model(model: dict[str, Any], kept: Collection[str], ids: Mapping[int, int]) -> None:
    if model["type"] == "Unigram":
        if model.get("unk_id") is not None:
            model["unk_id"] = ids[model["unk_id"]]
        model["vocab"] = [entry for entry in model["vocab"] if entry[0] in kept]
        return
    model["vocab"] = {token: ids[number] for token, number in model["vocab"].items() if token in kept}
    if model["type"] == "BPE":
        whole = (merge for merge in model["merges"] if {*(parts := _parts(merge)), "".join(parts)} <= set(kept))
        model["merges"] = list(whole)


def _renumbered(data: Any, ids: Mapping[int, int]) -> Any:
    """Returns a post-processor with new ids, however it nests: ``["[SEP]", 102]``, or a table with ``ids``."""
    if isinstance(data, list):
        if len(data) == 2 and isinstance(data[0], str) and isinstance(data[1], int):
            return [data[0], ids[data[1]]]
        return [_renumbered(item, ids) for item in data]
    if isinstance(data, dict):
        return {
            key: [ids[number] for number in value] if key == "ids" else _renumbered(value, ids)
            for key, value in data.items()
        }
    return data
