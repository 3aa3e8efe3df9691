"""A student's tokenizer as one of the transformers library, for students whose input is more than word pieces.

Shapes: B batch, L tokens, K character features of a word.
"""

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from transformers import BatchEncoding, PreTrainedTokenizerFast

from rosearch.data.characters import MOST_LETTERS, Characters, WordTable
from rosearch.data.letters import Letters
from rosearch.data.ngrams import NGrams
from rosearch.data.word_reading import WordReading
from rosearch.data.words import word_normaliser, words_of
from rosearch.export.hugging_face.code import write_code

CHARACTERS: Mapping[str, type[Characters]] = {"letters": Letters, "ngrams": NGrams}


class RoSearchTokenizer(PreTrainedTokenizerFast):
    """A tokenizer that may read some words as others, and may tell the characters of words beside their pieces.

    Its settings stand in ``tokenizer_config.json``: ``characters``, what `Characters` are called and configured by,
    ``clusters``, by word what it is read as, and ``known_words``, to which others are corrected. The characters of
    every word are padded to the same number, that of the longest word there can be, so that results of several calls
    can be stacked.
    """

    # Settings are read where they are needed: a class with an __init__ of its own gets its vocabulary in parts, and
    # no normaliser, from the library.
    _auto_map: ClassVar[Mapping[str, Any]] = {"AutoTokenizer": [None, "modeling_rosearch.RoSearchTokenizer"]}

    def __call__(
        self,
        text: Any = None,
        text_pair: Any = None,
        *,
        return_tensors: str | None = None,
        is_split_into_words: bool = False,
        **kwargs: Any,
    ) -> BatchEncoding:
        """Turns texts into what the student takes; see the transformers library.

        Args:
            text: A text, or several.
            text_pair: The second field of each, where texts have two.
            return_tensors: ``"pt"`` or ``"np"``; None gives lists.
            is_split_into_words: Not possible here.
            **kwargs: Padding, truncation and so on.

        Raises:
            ValueError: If words are given instead of texts.
        """
        if is_split_into_words:
            raise ValueError("this tokenizer looks at whole texts; join the words, and leave is_split_into_words out")
        text, text_pair = self._read(text), self._read(text_pair)
        if self._words is None:
            plain: BatchEncoding = super().__call__(text, text_pair, return_tensors=return_tensors, **kwargs)
            return plain
        encoded = super().__call__(text, text_pair, **kwargs)
        single = isinstance(text, str)
        texts = [text] if single else text
        pairs = ([text_pair] if single else text_pair) if text_pair is not None else [None] * len(texts)
        samples = encoded.get("overflow_to_sample_mapping", range(len(texts)))
        fields = [texts[row] if pairs[row] is None else (texts[row], pairs[row]) for row in samples]
        told = [self._characters_of(encoding, text) for encoding, text in zip(encoded.encodings, fields, strict=True)]
        flat = single and "overflow_to_sample_mapping" not in encoded
        return BatchEncoding(
            {**encoded, "character_ids": told[0] if flat else told},
            encoded.encodings,
            tensor_type=return_tensors,
            prepend_batch_axis=flat and return_tensors is not None,
        )

    def pad(self, encoded_inputs: Any, *args: Any, **kwargs: Any) -> BatchEncoding:
        """Pads what several calls gave to one length; see the transformers library.

        Args:
            encoded_inputs: One result, or several.
            *args: How to pad.
            **kwargs: How to pad.
        """
        one = isinstance(encoded_inputs, Mapping)
        inputs = dict(encoded_inputs) if one else _gathered(encoded_inputs)
        told = inputs.pop("character_ids", None)
        padded: BatchEncoding = super().pad(inputs, *args, **kwargs)
        if told is None:
            return padded
        ids = padded["input_ids"]
        if np.ndim(told[0][0]) == 0:  # one text
            rows: Any = _to_length(told, len(ids))
        else:
            rows = [_to_length(row, len(ids[number])) for number, row in enumerate(told)]
        kind = {"Tensor": "pt", "ndarray": "np"}.get(type(ids).__name__)
        padded["character_ids"] = BatchEncoding({"character_ids": rows}, tensor_type=kind)["character_ids"]
        return padded

    def save_pretrained(self, save_directory: str | os.PathLike[str], *args: Any, **kwargs: Any) -> tuple[str, ...]:
        """Writes the tokenizer and its code.

        Args:
            save_directory: Where to write.
            *args: See the transformers library.
            **kwargs: See the transformers library.
        """
        written: tuple[str, ...] = super().save_pretrained(save_directory, *args, **kwargs)
        write_code(Path(save_directory))
        return written

    @cached_property
    def _reading(self) -> WordReading | None:
        return WordReading.from_record(self.init_kwargs)

    @cached_property
    def _words(self) -> WordTable | None:
        """What is told of words; None where it is nothing."""
        settings = dict(self.init_kwargs.get("characters") or {})
        if not settings:
            return None
        characters = CHARACTERS[settings.pop("kind")](**settings)
        return WordTable(characters, word_normaliser(self.backend_tokenizer))

    def _read(self, text: Any) -> Any:
        """Returns texts, of whatever nesting, as the backend gets them."""
        if isinstance(text, str):
            return text if self._reading is None else self._reading.rewrite(text)
        return None if text is None else type(text)(map(self._read, text))

    def _characters_of(self, encoding: Any, text: str | tuple[str, str]) -> list[list[int]]:
        """Returns the features of the word that each token belongs to, shape LK."""
        table = self._words
        assert table is not None  # noqa: S101 - whoever asks has looked
        table.make_room()
        rows = [row for word, count in words_of(encoding, text) for row in (table.row(word),) * count]
        most = len(table.characters.ids("x" * MOST_LETTERS))
        ids_LK = table.features().gather(np.array(rows, dtype=np.int64))
        told: list[list[int]] = np.pad(ids_LK, ((0, 0), (0, max(0, most - ids_LK.shape[1])))).tolist()
        return told


def _gathered(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def _to_length(told: Any, length: int) -> list[list[int]]:
    """Returns the characters of a text with rows of zeros behind them, as padding has."""
    rows = np.asarray(told)
    padded: list[list[int]] = np.pad(rows, ((0, length - len(rows)), (0, 0))).tolist()
    return padded
