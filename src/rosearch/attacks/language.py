"""Whether texts are in the language that lexicons are made for."""

from collections.abc import Sequence
from itertools import islice

from rosearch.attacks.text import WordText
from rosearch.core.protocols import Text
from rosearch.core.text import field_of
from rosearch.lexicons.stop_words import STOP_WORDS

_LOOKED_AT = 500
_FEWEST_WORDS = 20
# English has one in three or four; German, Spanish or French text has one in thirty at most, by chance.
_ENGLISH_SHARE = 0.08


def looks_english(texts: Sequence[Text], field: int) -> bool:
    """Says whether texts hold English stop words as English does; a few words alone are taken for English.

    Args:
        texts: The first of them are looked at.
        field: Which field of a pair.
    """
    fields = (field_of(text, field) for text in islice(texts, _LOOKED_AT))
    words = [word.lower() for text in fields for word in WordText(text[:2000]).words]
    if len(words) < _FEWEST_WORDS:
        return True
    return sum(word in STOP_WORDS for word in words) >= _ENGLISH_SHARE * len(words)
