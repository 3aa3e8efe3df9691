"""One text's random numbers, drawn from the two generators that TextAttack draws from."""

import random
from functools import cached_property
from typing import final

import numpy as np


@final
class AttackRandom:
    """Random numbers of one attack on one text; made when first needed.

    Args:
        seed: Seeds both generators; NumPy's takes the lower 32 bits.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    @cached_property
    def numpy(self) -> np.random.RandomState:
        """NumPy's legacy generator: positions and shuffles, as ``np.random`` in TextAttack."""
        return np.random.RandomState(self.seed % 2**32)

    @cached_property
    def python(self) -> random.Random:
        """Python's generator: letters, as ``random`` in TextAttack."""
        return random.Random(self.seed)
