"""What is classified: one text, or a pair of two text fields."""

from collections.abc import Iterable, Iterator

from rosearch.core.protocols import Text


def fields_of(text: Text) -> tuple[str, ...]:
    """Returns the fields of a text: itself alone, or both of a pair."""
    return (text,) if isinstance(text, str) else text


def field_of(text: Text, field: int) -> str:
    """Returns one field of a text, counted from 0; a single text is its own field."""
    return text if isinstance(text, str) else text[field]


def with_field(text: Text, field: int, replacement: str) -> Text:
    """Returns a text with one field replaced."""
    if isinstance(text, str):
        return replacement
    return (replacement, text[1]) if field == 0 else (text[0], replacement)


def all_fields(texts: Iterable[Text]) -> Iterator[str]:
    """Yields every field of every text, in order."""
    for text in texts:
        yield from fields_of(text)


def characters_in(text: Text) -> int:
    """Returns how many characters all fields have together."""
    # Asked of every text that an attack asks: a tuple for each would be felt.
    return len(text) if isinstance(text, str) else sum(map(len, text))
