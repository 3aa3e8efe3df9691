"""A masked language model from a directory or the hub."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, final

from rosearch.core.events import Listener
from rosearch.core.fingerprint import fingerprint, fingerprint_files
from rosearch.lexicons.masked_language_model import MaskedLanguageModel, Ranking, Slot

if TYPE_CHECKING:
    from rosearch.lexicons.mask_filling import MaskFilling


@final
@dataclass(frozen=True, kw_only=True)
class PretrainedMaskedLM(MaskedLanguageModel):
    """Any checkpoint that ``AutoModelForMaskedLM`` loads from safetensors, of the families of BERT and RoBERTa.

    Texts are read in batches of like length, and what was read last is remembered.

    Args:
        model: A directory or a hub id, such as ``google-bert/bert-base-uncased``.
        max_length: In word pieces; what is beyond is not read.

    Raises:
        ValueError: If ``max_length`` is below 3.
    """

    model: str
    max_length: int = 512
    kind: Literal["pretrained-mlm"] = "pretrained-mlm"

    def __post_init__(self) -> None:
        if self.max_length < 3:
            raise ValueError(f"max_length must be at least 3 word pieces, got {self.max_length}.")

    def answer(self, questions: Sequence[Slot]) -> list[Ranking]:
        """Returns a ranking for each slot; see ``MaskedLanguageModel``.

        Args:
            questions: The slots.

        Raises:
            AssetError: If the model cannot be loaded.
        """
        return self._loaded().rank(questions)

    @property
    def mask_token(self) -> str:
        """What stands in a masked text."""
        return self._loaded().mask_token

    def piece_count(self, word: str) -> int:
        """Returns the number of word pieces of a word that stands alone."""
        return self._loaded().piece_count(word)

    def token(self, number: int) -> str:
        """Returns a token as the model writes it."""
        return self._loaded().tokens[number]

    def is_continuation(self, token: str, *, first: bool) -> bool:
        """Says whether a token continues a word; see ``MaskedLanguageModel``."""
        mark, meaning = self._loaded().mark
        return mark in token if meaning == "continues" else not first and not token.startswith(mark)

    def plain(self, token: str) -> str:
        """Returns a token without its marks."""
        return token.replace(self._loaded().mark[0], "")

    def fingerprint(self) -> str:
        """Returns a name of the files of a directory; a hub id stands for itself."""
        folder = Path(self.model)
        return fingerprint([fingerprint_files(folder) if folder.is_dir() else self.model, self.max_length])

    def prepare(self, listener: Listener) -> None:  # noqa: ARG002 - loading takes a second
        """Loads the model.

        Args:
            listener: Hears nothing.

        Raises:
            AssetError: If it cannot be loaded.
        """
        self._loaded()

    def _loaded(self) -> "MaskFilling":
        from rosearch.lexicons.mask_filling import load_mask_filling

        return load_mask_filling(self.model, self.max_length)
