"""Texts as packed arrays of token ids, and batches of like lengths."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from rosearch.core.errors import TeacherError
from rosearch.core.files import read_json, write_json, write_text
from rosearch.core.protocols import BoolArray, IntArray, Text
from rosearch.data.characters import Characters, WordFeatures, WordTable
from rosearch.data.splicing import Splicer, Tokens, find_splicer
from rosearch.data.words import words_of

if TYPE_CHECKING:
    import tokenizers

TOKENIZER_FILE = "tokenizer.json"
SETTINGS_FILE = "tokenization.json"
CHUNK = 4096
PROOF_EVERY = 128
LENGTH_JITTER = 0.1


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


@final
class Tokenizer:
    """A fast tokenizer with one fixed way of cutting and padding, whatever its file says.

    Args:
        backend: A tokenizer of the tokenizers library; it is copied.
        padding_id: The id that fills a batch; None takes that of ``[PAD]``, ``<pad>`` or ``<|pad|>``, or 0.
        characters: What to tell of each token's word beside its id; None tells nothing.
    """

    def __init__(
        self,
        backend: "tokenizers.Tokenizer",
        *,
        padding_id: int | None = None,
        characters: Characters | None = None,
    ) -> None:
        from tokenizers import Tokenizer as Backend

        # transformers switches truncation on and off on its own object.
        self._backend = Backend.from_str(backend.to_str())
        self._backend.no_truncation()
        self._backend.no_padding()
        self.padding_id = _padding_id(self._backend) if padding_id is None else padding_id
        self.characters = characters
        # What is written out like a special token is one, and has no letters.
        added = self._backend.get_added_tokens_decoder().values()
        self._special = {token.content for token in added if token.special}
        self.word_table = WordTable(characters, self.normalise) if characters else None
        self._beginnings = 0

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Reads ``tokenizer.json``, as this program or the Hugging Face libraries write it.

        Args:
            folder: Where the file is.

        Raises:
            TeacherError: If the file is missing or is no tokenizer.
        """
        from tokenizers import Tokenizer as Backend

        path = folder / TOKENIZER_FILE
        if not path.is_file():
            raise TeacherError(f"{path}: no such file. Save the checkpoint with a fast tokenizer.")
        try:
            backend = Backend.from_str(path.read_text(encoding="utf-8"))
        except Exception as error:  # the library raises bare exceptions
            raise TeacherError(f"{path}: is no tokenizer of the tokenizers library: {error}.") from error
        settings = folder / SETTINGS_FILE
        if not settings.is_file():
            return cls(backend)
        record = read_json(settings)
        padding_id, characters = record["padding_id"], record.get("characters")
        return cls(
            backend,
            padding_id=padding_id,
            characters=Characters.from_config(characters, where=f"{settings}: characters") if characters else None,
        )

    def save(self, folder: Path) -> None:
        """Writes what `load` reads; the Hugging Face libraries read ``tokenizer.json`` too."""
        write_text(folder / TOKENIZER_FILE, self._backend.to_str())
        characters = {"characters": self.characters.to_config()} if self.characters else {}
        write_json(folder / SETTINGS_FILE, {"padding_id": self.padding_id, **characters})

    def with_characters(self, characters: Characters | None) -> "Tokenizer":
        """Returns the same tokenizer, with characters beside its ids.

        Args:
            characters: What to tell of each token's word; None tells nothing.
        """
        return Tokenizer(self._backend, padding_id=self.padding_id, characters=characters)

    def normalise(self, word: str) -> str:
        """Returns a word of the text as `Characters` take it: empty for a special token that is written out."""
        if word in self._special:
            return ""
        normaliser = self._backend.normalizer
        # Tokenizers that read bytes or sentences count the space before a word, or a mark of it, as its part.
        return (normaliser.normalize_str(word) if normaliser else word).strip(" \u2581")

    @property
    def vocabulary_size(self) -> int:
        """One more than the largest id that a text can get: the rows that an embedding needs."""
        return 1 + max(self._backend.get_vocab(with_added_tokens=True).values(), default=0)

    def token_id(self, token: str) -> int | None:
        """Returns the id of a token, or None where the vocabulary lacks it."""
        return self._backend.token_to_id(token)

    def tokens(self, ids: Sequence[int] | NDArray[np.integer[Any]]) -> list[str]:
        """Returns the tokens of ids."""
        return [self._backend.id_to_token(int(number)) or "" for number in ids]

    def encode(self, texts: Sequence[Text], *, max_length: int) -> Encoded:
        """Turns texts into ids, special tokens included.

        Args:
            texts: All with one text field, or all with two.
            max_length: Longest result in tokens; what is beyond is cut off, from the longer field first.

        Raises:
            ValueError: If ``max_length`` leaves no room beside the special tokens.
        """
        special = self._backend.num_special_tokens_to_add(is_pair=bool(texts) and not isinstance(texts[0], str))
        if max_length <= special:
            raise ValueError(f"max_length = {max_length} leaves no room beside {special} special tokens")
        if self.word_table is not None:
            self.word_table.make_room()
        self._backend.enable_truncation(max_length)
        tokens, truncated = self._tokens(texts)
        return self._encoded(tokens, truncated)

    def encode_similar(self, texts: Sequence[Text], *, max_length: int) -> Encoded:
        """Returns the same as `encode`, many times faster for texts that share most of their words.

        One text in `PROOF_EVERY` is encoded in full as well; a tokenizer that is found to look beyond words is not
        trusted again.

        Args:
            texts: All with one text field, or all with two.
            max_length: Longest result in tokens; what is beyond is cut off, from the longer field first.

        Raises:
            ValueError: If ``max_length`` leaves no room beside the special tokens.
        """
        proof = self.encode(texts[::PROOF_EVERY], max_length=max_length)
        if (splicer := self._splicer) is None:
            return self.encode(texts, max_length=max_length)
        if self.word_table is not None and self.word_table.beginnings != self._beginnings:
            self._beginnings = self.word_table.beginnings
            splicer.forget()
        spliced = splicer.splice(texts, max_length=max_length)
        if spliced is not None:
            sample = spliced[0].take(np.arange(0, len(texts), PROOF_EVERY))
            if sample.equals(_columns(proof)):
                return self._encoded(*spliced)
            self._splicer = None
        return self.encode(texts, max_length=max_length)

    @cached_property
    def _splicer(self) -> Splicer | None:
        return find_splicer(self._uncut)

    def _uncut(self, texts: Sequence[Text], special: bool) -> Tokens:
        self._backend.no_truncation()
        return self._tokens(texts, special=special)[0]

    def _tokens(self, texts: Sequence[Text], *, special: bool = True) -> tuple[Tokens, int]:
        """Returns the tokens of texts, and how many texts the backend has cut."""
        # The fast way leaves out the places in the text.
        encode = self._backend.encode_batch if self.word_table else self._backend.encode_batch_fast
        ids: list[NDArray[np.int32]] = []
        words: list[int] = []
        lengths = [0]
        truncated = 0
        # In chunks, because the library's own results take a hundred times the room of the ids.
        for start in range(0, len(texts), CHUNK):
            chunk = list(texts[start : start + CHUNK])
            encodings = encode(chunk, add_special_tokens=special)
            lengths.extend(map(len, encodings))
            truncated += sum(bool(encoding.overflowing) for encoding in encodings)
            ids.append(np.array([number for encoding in encodings for number in encoding.ids], dtype=np.int32))
            if self.word_table is not None:
                words.extend(_word_rows(self.word_table, encodings, chunk))
        packed = np.concatenate([np.empty(0, dtype=np.int32), *ids])
        columns = (packed, np.array(words, dtype=np.int32)) if self.word_table else (packed,)
        return Tokens(columns, np.cumsum(lengths, dtype=np.int64)), truncated

    def _encoded(self, tokens: Tokens, truncated: int) -> Encoded:
        return Encoded(
            ids=tokens.columns[0],
            offsets=tokens.offsets,
            padding_id=self.padding_id,
            truncated=truncated,
            words=tokens.columns[1] if self.word_table else None,
            features=self.word_table.features() if self.word_table else None,
        )

    def pieces(self, words: Sequence[str]) -> Encoded:
        """Turns words into ids as they stand inside a text, without special tokens and without a limit.

        Args:
            words: Any number of words each on its own.
        """
        self._backend.no_truncation()
        # Tokenizers that read bytes or sentences tell a word by the space before it.
        encodings = self._backend.encode_batch_fast([f" {word}" for word in words], add_special_tokens=False)
        ids = [number for encoding in encodings for number in encoding.ids]
        return Encoded(
            ids=np.array(ids, dtype=np.int32),
            offsets=np.concatenate([[0], np.cumsum([len(encoding) for encoding in encodings])]).astype(np.int64),
            padding_id=self.padding_id,
            truncated=0,
        )

    def token_spans(self, texts: Sequence[Text], *, max_length: int) -> IntArray:
        """Returns where each token of `encode` stands in its text: text field, first character, end.

        Args:
            texts: All with one text field, or all with two.
            max_length: As in `encode`.

        Returns:
            Shape ``(total, 3)``; a special token's field is -1.
        """
        self._backend.enable_truncation(max_length)
        spans: list[NDArray[np.int32]] = []
        for start in range(0, len(texts), CHUNK):
            rows = [
                (-1 if field is None else field, *place)
                for encoding in self._backend.encode_batch(list(texts[start : start + CHUNK]))
                for field, place in zip(encoding.sequence_ids, encoding.offsets, strict=True)
            ]
            spans.append(np.array(rows, dtype=np.int32).reshape(-1, 3))
        return np.concatenate([np.empty((0, 3), dtype=np.int64), *spans])


def length_buckets(lengths: IntArray, batch_size: int, *, rng: Generator) -> Iterator[IntArray]:
    """Yields one epoch of batches of texts of like lengths, in random order.

    Lengths are blurred by up to a tenth before they are sorted, so that batches differ between epochs.

    Args:
        lengths: Tokens of each text, shape ``(n,)``.
        batch_size: Texts in a batch; one batch may be smaller.
        rng: Draws the blur and the order.

    Yields:
        Rows of one batch, shape ``(B,)``; each row comes once in an epoch.

    Raises:
        ValueError: If ``batch_size`` is below 1.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size = {batch_size} must be at least 1")
    blurred = lengths * rng.uniform(1 - LENGTH_JITTER, 1 + LENGTH_JITTER, len(lengths))
    order = np.argsort(blurred, kind="stable")
    for start in rng.permutation(np.arange(0, len(order), batch_size)):
        yield order[start : start + batch_size]


def batches_by_length(lengths: IntArray, *, most_tokens: int) -> Iterator[IntArray]:
    """Cuts rows, sorted by length, into batches that hold a limited number of tokens, padding included.

    Args:
        lengths: Tokens of each text, shape ``(n,)``.
        most_tokens: In a batch; a text that is longer is a batch of its own.

    Yields:
        Rows of one batch, shape ``(B,)``, shorter texts first; each row comes once.
    """
    order = np.argsort(lengths, kind="stable")
    start = 0
    for end in range(1, len(order) + 1):
        if end == len(order) or (end + 1 - start) * lengths[order[end]] > most_tokens:
            yield order[start:end]
            start = end


def _columns(encoded: Encoded) -> Tokens:
    return Tokens((encoded.ids,) if encoded.words is None else (encoded.ids, encoded.words), encoded.offsets)


def _word_rows(table: WordTable, encodings: "list[tokenizers.Encoding]", texts: Sequence[Text]) -> Iterator[int]:
    for encoding, text in zip(encodings, texts, strict=True):
        for word, count in words_of(encoding, text):
            yield from (table.row(word),) * count


def _padding_id(backend: "tokenizers.Tokenizer") -> int:
    for token in ("[PAD]", "<pad>", "<|pad|>"):
        if (number := backend.token_to_id(token)) is not None:
            return number
    return 0
