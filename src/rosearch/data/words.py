"""Which word of the text each token of an encoding belongs to."""

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from rosearch.core.protocols import Text
from rosearch.core.text import field_of

if TYPE_CHECKING:
    import tokenizers


def words_of(encoding: "tokenizers.Encoding", text: Text) -> Iterator[tuple[str, int]]:
    """Yields the words of an encoding as they are written, in order, each with the number of its tokens.

    A word whose last pieces were cut off is still given whole. Special tokens that were added belong to no word: they
    come as empty words.

    Args:
        encoding: Made with offsets.
        text: What was encoded.
    """
    keys = list(zip(encoding.sequence_ids, encoding.word_ids, strict=True))
    ends = _ends_of_cut_words(encoding)
    place = 0
    for (field, word), run in groupby(keys):
        count = len(list(run))
        if field is None or word is None:
            yield "", count
        else:
            start, end = encoding.offsets[place][0], encoding.offsets[place + count - 1][1]
            yield field_of(text, field)[start : ends.get((field, word), end)], count
        place += count


def _ends_of_cut_words(encoding: "tokenizers.Encoding") -> dict[tuple[int, int], int]:
    """Returns where the words in the overflow end, by field and number."""
    ends: dict[tuple[int, int], int] = {}
    for rest in encoding.overflowing:
        for field, word, (_, end) in zip(rest.sequence_ids, rest.word_ids, rest.offsets, strict=True):
            if field is not None and word is not None:
                ends[field, word] = max(end, ends.get((field, word), 0))
    return ends


def word_normaliser(backend: "tokenizers.Tokenizer") -> Callable[[str], str]:
    """Returns what makes of a word as written the word that `Characters` take: empty for a special token in the text.

    Args:
        backend: The tokenizer whose words they are.
    """
    # What is written out like a special token is one, and has no letters.
    special = {token.content for token in backend.get_added_tokens_decoder().values() if token.special}
    normaliser = backend.normalizer

    def normalise(word: str) -> str:
        if word in special:
            return ""
        # Tokenizers that read bytes or sentences count the space before a word, or a mark of it, as its part, and some
        # take several spaces for a word.
        return (normaliser.normalize_str(word) if normaliser else word).replace("\u2581", " ").strip()

    return normalise
