"""From texts to token ids, and to what is told of their words."""

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, final

import numpy as np
from numpy.typing import NDArray

from rosearch.core.errors import TeacherError
from rosearch.core.files import read_json, write_json, write_text
from rosearch.core.protocols import IntArray, Text
from rosearch.core.text import fields_of
from rosearch.data.characters import Characters, WordTable
from rosearch.data.encoded import Encoded
from rosearch.data.pruning import prune
from rosearch.data.splicing import Splicer, Tokens, find_splicer
from rosearch.data.word_reading import WordReading
from rosearch.data.words import word_normaliser, words_of

if TYPE_CHECKING:
    import tokenizers

TOKENIZER_FILE = "tokenizer.json"
SETTINGS_FILE = "tokenization.json"
TRANSFORMERS_FILE = "tokenizer_config.json"
TRANSFORMERS_CLASS = "RoSearchTokenizer"
CHUNK = 4096
PROOF_EVERY = 128
FEWEST_SIMILAR = 8
"""Below, encoding texts in full takes less time than looking up their words."""


@final
class Tokenizer:
    """A fast tokenizer with one fixed way of cutting and padding, whatever its file says.

    Args:
        backend: A tokenizer of the tokenizers library; it is copied.
        padding_id: The id that fills a batch; None takes that of ``[PAD]``, ``<pad>`` or ``<|pad|>``, or 0.
        characters: What to tell of each token's word beside its id; None tells nothing.
        reading: Words that are read as other words; None reads every word as itself.
    """

    def __init__(
        self,
        backend: "tokenizers.Tokenizer",
        *,
        padding_id: int | None = None,
        characters: Characters | None = None,
        reading: WordReading | None = None,
    ) -> None:
        from tokenizers import Tokenizer as Backend

        # transformers switches truncation on and off on its own object.
        self._backend = Backend.from_str(backend.to_str())
        self._backend.no_truncation()
        self._backend.no_padding()
        self.padding_id = _padding_id(self._backend) if padding_id is None else padding_id
        self.characters = characters
        self.reading = reading
        self._normalise = word_normaliser(self._backend)
        self.word_table = WordTable(characters, self._normalise) if characters else None
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
        record = read_json(settings) if settings.is_file() else _as_transformers_saved(folder)
        padding_id, characters = record["padding_id"], record.get("characters")
        return cls(
            backend,
            padding_id=padding_id,
            characters=Characters.from_config(characters, where=f"{settings}: characters") if characters else None,
            reading=WordReading.from_record(record),
        )

    def save(self, folder: Path) -> None:
        """Writes what `load` reads; the Hugging Face libraries read ``tokenizer.json`` too."""
        # The file must not depend on what was encoded last: its hash is on record.
        self._backend.no_truncation()
        write_text(folder / TOKENIZER_FILE, self._backend.to_str())
        characters = {"characters": self.characters.to_config()} if self.characters else {}
        reading = self.reading.to_record() if self.reading else {}
        write_json(folder / SETTINGS_FILE, {"padding_id": self.padding_id, **characters, **reading})

    def with_characters(self, characters: Characters | None) -> "Tokenizer":
        """Returns the same tokenizer, with characters beside its ids.

        Args:
            characters: What to tell of each token's word; None tells nothing.
        """
        return self._variant(characters=characters)

    def with_reading(self, reading: WordReading | None) -> "Tokenizer":
        """Returns the same tokenizer, reading some words as others.

        Args:
            reading: Which words; None reads every word as itself.
        """
        return self._variant(reading=reading)

    def pruned(self, used: Collection[int]) -> tuple["Tokenizer", IntArray]:
        """Returns the same tokenizer without the pieces that nobody uses; see `prune`.

        Args:
            used: Ids that must stay.

        Returns:
            The tokenizer, and for each of its ids the old one.

        Raises:
            TeacherError: If the tokenizer does not build words from pieces.
        """
        backend, rows = prune(self._backend, {*used, self.padding_id})
        return self._variant(backend=backend, padding_id=int(np.searchsorted(rows, self.padding_id))), rows

    def _variant(self, **changes: Any) -> "Tokenizer":
        fields = {"padding_id": self.padding_id, "characters": self.characters, "reading": self.reading}
        return Tokenizer(**{"backend": self._backend, **fields, **changes})

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

    def whole_words(self) -> list[tuple[str, int]]:
        """Returns the words that are one token each, normalised, with the token's id."""
        ids = sorted(self._backend.get_vocab(with_added_tokens=False).values())
        self._backend.no_truncation()
        # Written after a space, as words stand in a text: to some tokenizers that makes a difference.
        written = [" " + self._backend.decode([number]).strip() for number in ids]
        encodings = self._backend.encode_batch_fast(written, add_special_tokens=False)
        words = [
            (self._normalise(text.strip()), number)
            for number, text, encoding in zip(ids, written, encodings, strict=True)
            if encoding.ids == [number]
        ]
        return [(word, number) for word, number in words if word]

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
        if len(texts) < FEWEST_SIMILAR:
            return self.encode(texts, max_length=max_length)
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
            chunk = self._read(texts[start : start + CHUNK])
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
        # Tokenizers that read bytes or sentences tell a word by the space before it.
        return self._encoded(self._uncut([f" {word}" for word in words], False), 0)

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
            chunk = texts[start : start + CHUNK]
            encodings = self._backend.encode_batch(self._read(chunk))
            rows = [row for text, encoding in zip(chunk, encodings, strict=True) for row in self._spans(text, encoding)]
            spans.append(np.array(rows, dtype=np.int32).reshape(-1, 3))
        return np.concatenate([np.empty((0, 3), dtype=np.int64), *spans])

    def _spans(self, text: Text, encoding: "tokenizers.Encoding") -> Iterator[tuple[int, int, int]]:
        """Yields where the tokens of a text stand in it as written."""
        origins = [self.reading.origins(field) for field in fields_of(text)] if self.reading else None
        for field, (start, end) in zip(encoding.sequence_ids, encoding.offsets, strict=True):
            if field is None:
                yield -1, 0, 0
            elif origins is None or start == end:
                yield field, start, end
            else:
                yield field, origins[field][start][0], origins[field][end - 1][1]

    def _read(self, texts: Sequence[Text]) -> list[Text]:
        """Returns texts as the backend gets them."""
        return list(texts) if self.reading is None else [self.reading.read(text) for text in texts]


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


def _as_transformers_saved(folder: Path) -> dict[str, Any]:
    """Returns the settings of a tokenizer of ours that the transformers library saved; those of nothing for others."""
    path = folder / TRANSFORMERS_FILE
    record = read_json(path) if path.is_file() else {}
    return {"padding_id": None, **(record if record.get("tokenizer_class") == TRANSFORMERS_CLASS else {})}
