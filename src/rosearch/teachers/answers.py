"""A teacher's answers that were written down: the logits of texts, found by the text. No torch."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self, final

import numpy as np
from numpy.typing import NDArray

from rosearch.core.errors import TeacherError
from rosearch.core.files import write_array
from rosearch.core.protocols import FloatArray, IntArray, Text
from rosearch.teachers.output_files import KeyArray, Outputs
from rosearch.teachers.outputs import text_keys
from rosearch.teachers.states import PooledStates

KEYS_FILE, LOGITS_FILE = "answer_keys.npy", "answer_logits.npy"


@final
class Answers:
    """Logits by text; a `Victim` for the texts that it knows, which no attack can use.

    White space does not count: files that hold the same texts differ in it too often.

    Args:
        keys: A hash of each text, ascending, shape ``(n,)``.
        logits: Shape ``(n, classes)``.
    """

    def __init__(self, keys: KeyArray, logits: NDArray[np.float32]) -> None:
        self._keys, self._logits = keys, logits

    @classmethod
    def of(cls, keys: KeyArray, logits: NDArray[np.float32]) -> Self:
        """Puts answers in order; of several to one text the first counts.

        Args:
            keys: What `answer_keys` gives, shape ``(n,)``.
            logits: Shape ``(n, classes)``.
        """
        distinct, first = np.unique(keys, return_index=True)
        return cls(distinct, logits[first])

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Reads what ``save`` wrote, as memory maps."""
        names = (KEYS_FILE, LOGITS_FILE)
        return cls(*(np.load(folder / name, mmap_mode="r", allow_pickle=False) for name in names))

    def save(self, folder: Path) -> None:
        """Writes the answers into a folder."""
        write_array(folder / KEYS_FILE, self._keys)
        write_array(folder / LOGITS_FILE, self._logits)

    @property
    def fingerprint(self) -> str:
        """Names the content."""
        digest = hashlib.sha256(np.ascontiguousarray(self._keys, dtype="<u8").tobytes())
        digest.update(np.ascontiguousarray(self._logits, dtype="<f4").tobytes())
        return digest.hexdigest()[:16]

    def __len__(self) -> int:
        return len(self._keys)

    def missing(self, texts: Sequence[Text]) -> list[Text]:
        """Returns the texts that have no answer, in order."""
        return [text for text, row in zip(texts, self._rows(texts), strict=True) if row < 0]

    def only(self, texts: Iterable[Text]) -> "Answers":
        """Returns the answers to some texts; those that have none are left out."""
        rows = self._rows(list(texts))
        kept = np.unique(rows[rows >= 0])
        return Answers(self._keys[kept], self._logits[kept])

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        """Returns the logits of texts, shape ``(len(texts), classes)``.

        Args:
            texts: All must have an answer.

        Raises:
            TeacherError: If one has none.
        """
        rows = self._rows(texts)
        if (rows < 0).any():
            shown = str(texts[int((rows < 0).argmax())])[:100]
            raise TeacherError(f"This teacher is a file of answers, and {shown!r} has none. It cannot be asked.")
        result: FloatArray = self._logits[rows].astype(np.float64)
        return result

    def outputs(self, texts: Sequence[Text]) -> Outputs:
        """Returns what distillation reads: logits, and states of no width."""
        logits = self.logits(texts).astype(np.float32)
        states = PooledStates(np.empty((1, 0), dtype=np.float32), np.zeros(len(texts), dtype=np.int64))
        return Outputs(logits=logits, pooled=states, token_states=None)

    def _rows(self, texts: Sequence[Text]) -> IntArray:
        """Returns where the answer to each text is, -1 where there is none."""
        keys = answer_keys(texts)
        if not len(self._keys):
            return np.full(len(keys), -1, dtype=np.int64)
        rows = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[rows] == keys, rows, -1)


def answer_keys(texts: Iterable[Text]) -> KeyArray:
    """Returns a hash of each text, its white space collapsed, shape ``(n,)``."""
    return text_keys([_collapsed(text) for text in texts])


def _collapsed(text: Text) -> Text:
    if isinstance(text, str):
        return " ".join(text.split())
    return " ".join(text[0].split()), " ".join(text[1].split())
