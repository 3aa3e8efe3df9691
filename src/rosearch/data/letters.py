"""The letters of a word, in order: what a character convolution reads."""

from dataclasses import dataclass
from typing import Literal, final

import numpy as np
from numpy.typing import NDArray

from rosearch.data.characters import MOST_LETTERS, Characters

BYTES = 256
FIRST_MARK, LAST_MARK = BYTES + 1, BYTES + 2


@final
@dataclass(frozen=True, kw_only=True)
class Letters(Characters):
    """The bytes of a word in UTF-8, each as ``1 + byte``, between a mark of its beginning and one of its end.

    References:
        El Boukkouri et al. (2020). CharacterBERT: Reconciling ELMo and BERT for Word-Level Open-Vocabulary
        Representations From Characters. arXiv:2010.10392
    """

    kind: Literal["letters"] = "letters"

    @property
    def rows(self) -> int:
        """Padding, 256 bytes, and two marks."""
        return BYTES + 3

    def ids(self, word: str) -> NDArray[np.int32]:
        """Returns the marks and bytes of a word.

        Args:
            word: Normalised, without spaces around it.
        """
        raw = word.encode("utf-8", "surrogatepass")[:MOST_LETTERS]
        return np.array([FIRST_MARK, *(1 + byte for byte in raw), LAST_MARK], dtype=np.int32)
