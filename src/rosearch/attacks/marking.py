"""Which parts of a text an attack changed, for whoever shows it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import final

from rosearch.attacks.text import WordText


@final
@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a text.

    Args:
        text: As it stands.
        changed: Whether it is a changed word.
    """

    text: str
    changed: bool


def segments(text: str, changed: Collection[int]) -> Iterator[Segment]:
    """Cuts a text into changed words and what lies between them.

    Args:
        text: One text field, before or after the attack.
        changed: Indices of the words that differ, as an `AttackResult` has them.

    Yields:
        Stretches that joined give the text; none is empty.
    """
    end = 0
    for index, (start, stop) in enumerate(WordText(text).spans):
        if index in changed:
            if start > end:
                yield Segment(text[end:start], changed=False)
            yield Segment(text[start:stop], changed=True)
            end = stop
    if end < len(text):
        yield Segment(text[end:], changed=False)
