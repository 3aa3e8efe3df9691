"""One tree of seeds per run, keyed by what is done and never by when.

All candidates meet the same random numbers, and scheduling changes nothing: training is keyed by
(architecture id, repeat), an attack by (recipe, example id), a proposal by its index.
"""

import hashlib
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.random import Generator


@final
@dataclass(frozen=True)
class SeedTree:
    """A seed and the path of names that leads to a branch of it.

    Args:
        seed: The seed of the whole run.
        path: The names from the root to here.
    """

    seed: int
    path: tuple[str, ...] = ()

    def child(self, *names: str | int) -> "SeedTree":
        """Returns the branch under ``names``; equal names give equal branches."""
        return SeedTree(self.seed, self.path + tuple(str(name) for name in names))

    def integer(self) -> int:
        """Returns this branch's own seed, below 2**63, for libraries that take one number."""
        key = "\x1f".join((str(self.seed), *self.path))
        return int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:8], "big") >> 1

    def generator(self) -> Generator:
        """Returns a fresh NumPy generator; two calls give two generators in the same state."""
        return np.random.default_rng(self.integer())
