"""Pretrained checkpoints, in a directory or by hub id: what reading them has in common."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rosearch.core.errors import AssetError
from rosearch.core.network import is_offline


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Keeps progress bars and notices about fresh weights off the terminal: the library never prints."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def means_a_directory(source: str) -> bool:
    """Says whether a name cannot be a hub id, which has one slash at most."""
    return source.startswith((".", "/", "~")) or source.count("/") > 1 or "\\" in source


def first_sentence(error: Exception) -> str:
    """Returns the first line of an error as a sentence; a KeyError's is only a key."""
    line = (str(error).splitlines() or [""])[0].strip()
    line = f"{line} is missing" if isinstance(error, KeyError) else line
    return line if line.endswith(".") else f"{line or type(error).__name__}."


def load_frozen(auto: Any, source: str, *, name: str, what: str, give: str) -> tuple[Any, Any]:
    """Loads a network and its fast tokenizer in float32, from safetensors and without code from elsewhere.

    Args:
        auto: The class of transformers that loads the network.
        source: A directory or a hub id.
        name: What the user wrote.
        what: What it is to be loaded as.
        give: What the user should give instead.

    Returns:
        The network and the tokenizer, as transformers loads them.

    Raises:
        AssetError: If something is missing or damaged.
    """
    import torch
    from transformers import AutoTokenizer

    options = {"trust_remote_code": False, "local_files_only": is_offline()}
    with quiet_transformers():
        try:
            network = auto.from_pretrained(source, dtype=torch.float32, use_safetensors=True, **options)
            return network, AutoTokenizer.from_pretrained(source, use_fast=True, **options)
        except (OSError, ValueError, KeyError, ImportError) as error:
            raise AssetError(f"{name}: cannot be loaded as {what}: {first_sentence(error)} {give}") from error
