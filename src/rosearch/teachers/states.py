"""States of many texts that stay on disk until they are asked for."""

from collections.abc import Sequence
from typing import Any, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from rosearch.core.protocols import IntArray

Array: TypeAlias = NDArray[Any]
SingleArray: TypeAlias = NDArray[np.float32]


@final
class PooledStates:
    """Pooled states of texts, read from disk when asked for.

    Args:
        values: All states of the cache, shape ``(rows, width)``.
        positions: Where those of each text are, shape ``(n,)``.
    """

    def __init__(self, values: Array, positions: IntArray) -> None:
        self._values, self._positions = values, positions

    def __len__(self) -> int:
        return len(self._positions)

    def __getitem__(self, rows: Any) -> SingleArray:
        """Returns the states of the texts asked for, float32, the shape of ``rows`` with the width behind."""
        return np.asarray(self._values[self._positions[rows]], dtype=np.float32)

    @property
    def shape(self) -> tuple[int, int]:
        """Texts and width."""
        return len(self), int(self._values.shape[1])


@final
class TokenStates:
    """Token states of texts in few dimensions, read from disk when asked for.

    The dimensions are those that keep most of the states' inner products, so Gram matrices survive nearly unchanged.

    Args:
        values: All states of the cache, shape ``(tokens, dimensions)``.
        starts: Where those of each text begin, shape ``(n,)``.
        lengths: How many there are, shape ``(n,)``.
    """

    def __init__(self, values: Array, starts: IntArray, lengths: IntArray) -> None:
        self._values, self._starts, self.lengths = values, starts, lengths

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, row: int) -> SingleArray:
        """Returns the states of one text, shape ``(length, dimensions)``."""
        start = self._starts[row]
        return np.asarray(self._values[start : start + self.lengths[row]], dtype=np.float32)

    @property
    def dimensions(self) -> int:
        """Dimensions of each state."""
        return int(self._values.shape[1])

    def batch(self, rows: Sequence[int] | IntArray, *, pad_to: int | None = None) -> SingleArray:
        """Returns the states of some texts, zero where no token stands, shape ``(B, L, dimensions)``.

        Args:
            rows: Which texts.
            pad_to: Length L in tokens; None means the longest text's.

        Raises:
            ValueError: If ``pad_to`` is shorter than a text.
        """
        chosen = np.asarray(rows, dtype=np.int64)
        lengths = self.lengths[chosen]
        longest = int(lengths.max(initial=0))
        if pad_to is not None and pad_to < longest:
            raise ValueError(f"pad_to = {pad_to} is shorter than a text of {longest} tokens")
        columns = np.arange(longest if pad_to is None else pad_to)
        mask = columns < lengths[:, None]
        result = np.zeros((*mask.shape, self.dimensions), dtype=np.float32)
        result[mask] = self._values[(self._starts[chosen][:, None] + columns)[mask]]
        return result
