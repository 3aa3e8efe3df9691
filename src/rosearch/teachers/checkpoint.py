"""Reading a checkpoint: whole or refused, with a fresh head only where it has none that fits."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

from rosearch.core.errors import TeacherError
from rosearch.core.network import FORBIDDEN, is_offline
from rosearch.device import seeded
from rosearch.hub import first_sentence, means_a_directory, quiet_transformers


class Checkpoint(NamedTuple):
    """What was read.

    Args:
        network: The classifier.
        tokenizer: Its tokenizer, as transformers loads it.
        head_is_fresh: Whether the classification head was made here and must be trained.
    """

    network: Any
    tokenizer: Any
    head_is_fresh: bool


def read_checkpoint(source: str, *, label_names: tuple[str, ...], seed: int) -> Checkpoint:
    """Loads a classifier from safetensors, without code from elsewhere; a head that does not fit is replaced.

    Args:
        source: A directory or a hub id.
        label_names: The task's classes.
        seed: Decides the weights of a fresh head.

    Raises:
        TeacherError: If something is missing or damaged.
    """
    with loading(source, what="a text classifier"), seeded(seed):
        config = AutoConfig.from_pretrained(source, trust_remote_code=False, local_files_only=is_offline())
        fresh = not has_fitting_head(config, len(label_names))
        network, report = AutoModelForSequenceClassification.from_pretrained(
            source,
            dtype=torch.float32,
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=is_offline(),
            ignore_mismatched_sizes=True,
            output_loading_info=True,
            **(_head(label_names) if fresh else {}),
        )
        tokenizer = AutoTokenizer.from_pretrained(
            source, use_fast=True, trust_remote_code=False, local_files_only=is_offline()
        )
    if lacking := _lacking(report, network.base_model_prefix, head_is_fresh=fresh):
        raise TeacherError(
            f"{source}: {len(lacking)} weights that its config.json promises are missing or of another shape, "
            f"such as {lacking[0]}. Save the checkpoint again, or mend its config.json."
        )
    return Checkpoint(network, tokenizer, fresh)


@contextmanager
def loading(source: str, *, what: str) -> Iterator[None]:
    """Keeps transformers quiet for a block that loads a checkpoint, and says in one way why it cannot.

    Args:
        source: A directory or a hub id.
        what: What it is to be loaded as.

    Yields:
        Nothing.

    Raises:
        TeacherError: If something is missing or damaged.
    """
    if means_a_directory(source) and not Path(source).is_dir():
        raise TeacherError(f"{source}: no such directory. Give that of a Hugging Face checkpoint, or a hub id.")
    try:
        with quiet_transformers():
            yield
    except (OSError, ValueError, KeyError, ImportError, SafetensorError) as error:
        raise _unreadable(source, what, error) from error


def check_length(network: Any, max_length: int) -> None:
    """Refuses inputs longer than the checkpoint has positions for; one that knows no such limit takes any length.

    Args:
        network: The classifier.
        max_length: Longest input in word pieces.

    Raises:
        TeacherError: If ``max_length`` is beyond the positions.
    """
    positions = getattr(network.config, "max_position_embeddings", None) or 0
    for name, part in network.named_modules():
        # RoBERTa and its kin number positions from behind the padding id on.
        if name.endswith("position_embeddings") and getattr(part, "padding_idx", None) is not None:
            positions -= part.padding_idx + 1
    if 0 < positions < max_length:
        raise TeacherError(
            f"max_length = {max_length}: the checkpoint has positions for {positions} word pieces. "
            f"Set [teacher] max_length to {positions} or less; longer texts are cut."
        )


def has_fitting_head(config: Any, classes: int) -> bool:
    """Says whether a checkpoint was saved as a classifier with this number of classes."""
    names = getattr(config, "architectures", None) or []
    return any(name.endswith("ForSequenceClassification") for name in names) and config.num_labels == classes


def column_order(config: Any, label_names: tuple[str, ...]) -> list[int]:
    """Returns for each of the task's classes the column of the checkpoint's logits.

    Classes are matched by name where the checkpoint names them, else by position.

    Args:
        config: The checkpoint's.
        label_names: The task's classes.

    Raises:
        TeacherError: If the checkpoint names its classes and the names are not the task's.
    """
    names = {str(name).casefold(): int(index) for index, name in (config.id2label or {}).items()}
    wanted = [name.casefold() for name in label_names]
    if set(wanted) == set(names):
        return [names[name] for name in wanted]
    if all(name.startswith("label_") for name in names):
        return list(range(len(label_names)))
    raise TeacherError(
        f"The checkpoint's classes are {sorted(names)}, the task's are {list(label_names)}. "
        "Name the classes in [task] label_names as the checkpoint does, or mend id2label in its config.json."
    )


def _unreadable(source: str, what: str, error: Exception) -> TeacherError:
    if is_offline() and not Path(source).is_dir():
        return TeacherError(
            f"{source}: is not whole in the local cache of the hub, and {FORBIDDEN}. To bring it: run the same command "
            f"once without --offline; or run `hf download {source}` where there is a network, copy the folder that it "
            "names here, and give that in its place."
        )
    return TeacherError(
        f"{source}: cannot be loaded as {what}: {first_sentence(error)} "
        "Give a directory with config.json, model.safetensors and a tokenizer, or a hub id."
    )


def _head(label_names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "num_labels": len(label_names),
        "id2label": dict(enumerate(label_names)),
        "label2id": {name: index for index, name in enumerate(label_names)},
    }


def _lacking(report: Mapping[str, Iterable[Any]], body: str, *, head_is_fresh: bool) -> list[str]:
    """Returns the weights that were drawn at random though the checkpoint should have them.

    With a fresh head those are the weights of the body; a pooler is part of the head, which many bodies come without.
    """
    mismatched = {row[0] for row in report["mismatched_keys"]}
    drawn = sorted({*report["missing_keys"], *mismatched})
    if not head_is_fresh:
        return drawn
    return [name for name in drawn if name.startswith(f"{body}.") and (name in mismatched or ".pooler." not in name)]
