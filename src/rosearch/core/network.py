"""One switch for everything that fetches: pip, the hub, data sets."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLE = "ROSEARCH_OFFLINE"
FORBIDDEN = f"the network is not to be used (--offline, or {VARIABLE} in the environment)"
"""What an error message says where something would have to be fetched."""

_OF_THE_HUB = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE")
_OFF = ("", "0", "false", "no", "off")


def is_offline() -> bool:
    """Says whether nothing may touch the network; whatever fetches asks this first."""
    return os.environ.get(VARIABLE, "").strip().lower() not in _OFF


@contextmanager
def offline() -> Iterator[None]:
    """Keeps this process, and those that it begins, off the network for a block.

    The hub's client reads its own variables once, when it is first imported; who imports it inside the block gets a
    client that asks nobody.

    Yields:
        Nothing.
    """
    names = (VARIABLE, *_OF_THE_HUB)
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value
