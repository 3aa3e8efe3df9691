"""Pretrained checkpoints, in a directory or by hub id: what reading them has in common."""

from collections.abc import Iterator
from contextlib import contextmanager


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
