"""The family of masked language models: which words a sentence makes likely at a place."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from rosearch.lexicons.resource import Resource


@final
@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a text.

    Args:
        text: What the model reads.
        masked: The same text with the model's mask token in the place.
        pieces: Word pieces of ``text`` in the place.
        count: How many tokens are wanted for each piece; None for all, in order.
    """

    text: str
    masked: str
    pieces: int = 1
    count: int | None = None


class Ranking(NamedTuple):
    """The likeliest tokens for each piece of a slot; none where the model does not read so far.

    Args:
        ids: Shape ``(pieces, count)``, the likeliest first.
        logits: Of these tokens, float32, shape ``(pieces, count)``.
        log_normalisers: What log-probabilities are below logits by, shape ``(pieces,)``.
        position: Of the first piece among the tokens of the text, the special one at the beginning counted.
    """

    ids: NDArray[np.int64]
    logits: NDArray[np.float32]
    log_normalisers: NDArray[np.float32]
    position: int


class MaskedLanguageModel(Resource, ABC):
    """Ranks tokens for slots. Its tokens are strings in the model's own notation."""

    family: ClassVar[str] = "mlm"
    members: ClassVar[tuple[str, ...]] = ("rosearch.lexicons.pretrained_mlm",)

    @abstractmethod
    def answer(self, questions: Sequence[Slot]) -> list[Ranking]:
        """Returns a ranking for each slot.

        Args:
            questions: The slots.

        Raises:
            AssetError: If the model cannot be loaded.
        """

    @property
    @abstractmethod
    def mask_token(self) -> str:
        """What stands in a masked text."""

    @abstractmethod
    def piece_count(self, word: str) -> int:
        """Returns the number of word pieces of a word that stands alone."""

    @abstractmethod
    def token(self, number: int) -> str:
        """Returns a token as the model writes it, marks of beginning or continuation included."""

    @abstractmethod
    def is_continuation(self, token: str, *, first: bool) -> bool:
        """Says whether a token continues a word.

        Args:
            token: As the model writes it.
            first: Whether it stands first in the text, where some models mark no beginning.
        """

    @abstractmethod
    def plain(self, token: str) -> str:
        """Returns a token without its marks."""
