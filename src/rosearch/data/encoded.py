"""Texts as packed arrays of token ids, and padded batches of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from rosearch.core.protocols import BoolArray, IntArray
from rosearch.data.characters import WordFeatures


@final
@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Encoded:
    """Token ids of many texts in one array.

    Args:
        ids: All ids one after another, int32, shape ``(total,)``.
        offsets: Where each text begins, and the end, int64, shape ``(n + 1,)``.
        padding_id: What fills a batch.
        truncated: Number of texts that were cut to the length limit.
        words: Row in ``features`` of the word that each id belongs to, 0 for special tokens, int32, shape
            ``(total,)``; None where no characters were asked for.
        features: Characters of the words that the texts hold.
    """

    ids: NDArray[np.int32]
    offsets: IntArray
    padding_id: int
    truncated: int
    words: NDArray[np.int32] | None = None
    features: WordFeatures | None = None

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __repr__(self) -> str:
        return f"Encoded({len(self):,} texts, {len(self.ids):,} tokens, {self.truncated:,} truncated)"

    def __getitem__(self, row: int) -> NDArray[np.int32]:
        """Returns the ids of one text, shape ``(length,)``."""
        if not -len(self) <= row < len(self):
            raise IndexError(f"row {row} of {len(self)} texts")
        row %= len(self)
        return self.ids[self.offsets[row] : self.offsets[row + 1]]

    @property
    def lengths(self) -> IntArray:
        """Tokens of each text, special ones included, shape ``(n,)``."""
        return np.diff(self.offsets)

    def batch(self, rows: Sequence[int] | IntArray, *, pad_to: int | None = None) -> tuple[IntArray, BoolArray]:
        """Returns a padded batch.

        Args:
            rows: Which texts, shape ``(B,)``; repeats are allowed.
            pad_to: Length L of the batch in tokens; None means the longest text's.

        Returns:
            Ids, int64, shape ``(B, L)``, and a mask, True where a token stands, shape ``(B, L)``.

        Raises:
            ValueError: If ``pad_to`` is shorter than a text.
        """
        places, mask = self._places(rows, pad_to)
        ids = np.full(mask.shape, self.padding_id, dtype=np.int64)
        ids[mask] = self.ids[places]
        return ids, mask

    def character_batch(self, rows: Sequence[int] | IntArray, *, pad_to: int | None = None) -> IntArray | None:
        """Returns the characters beside `batch`, int64, shape ``(B, L, K)``; None where none were asked for.

        Args:
            rows: Which texts, shape ``(B,)``; repeats are allowed.
            pad_to: Length L of the batch in tokens; None means the longest text's.

        Returns:
            For each token the features of its word, from 1 on, padded with 0.
        """
        if self.words is None or self.features is None:
            return None
        places, mask = self._places(rows, pad_to)
        words = np.zeros(mask.shape, dtype=np.int64)
        words[mask] = self.words[places]
        return self.features.gather(words)

    def _places(self, rows: Sequence[int] | IntArray, pad_to: int | None) -> tuple[IntArray, BoolArray]:
        """Returns where the tokens of a batch stand in the packed arrays, and the batch's mask."""
        chosen = np.asarray(rows, dtype=np.int64)
        starts, lengths = self.offsets[chosen], self.lengths[chosen]
        longest = int(lengths.max(initial=0))
        if pad_to is not None and pad_to < longest:
            raise ValueError(f"pad_to = {pad_to} is shorter than a text of {longest} tokens")
        positions = np.arange(longest if pad_to is None else pad_to)
        mask = positions < lengths[:, None]
        return (starts[:, None] + positions)[mask], mask
