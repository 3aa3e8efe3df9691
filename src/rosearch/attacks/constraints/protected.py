"""Words and passages that nobody may touch."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import final

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.text import WordText


@final
@dataclass(frozen=True, kw_only=True)
class Protected(Constraint):
    """Keeps words by name, and every word that lies in a passage or reaches into it.

    Args:
        words: In any case.
        spans: Regular expressions; what they match in the original text is protected.

    Raises:
        ValueError: If a span is no regular expression.
    """

    words: tuple[str, ...] = ()
    spans: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for span in self.spans:
            try:
                re.compile(span)
            except re.error as error:
                raise ValueError(f"{span!r} is no regular expression: {error}.") from None

    def modifiable(self, text: WordText) -> set[int]:
        """Returns the words that nothing protects."""
        return set(range(len(text.words))) - _kept(self, text.text)

    def allows(self, original: WordText, current: WordText, index: int, word: str) -> bool:  # noqa: ARG002
        """Says whether nothing protects the word to be replaced."""
        return index not in _kept(self, current.text)

    def holds(self, original: WordText, perturbed: WordText) -> bool:
        """Says whether every protected word of the original is left."""
        return not _kept(self, original.text) & set(perturbed.changed_from(original))


@lru_cache(maxsize=1024)
def _kept(protected: Protected, text: str) -> frozenset[int]:
    names = {word.lower() for word in protected.words}
    passages = [match.span() for span in protected.spans for match in re.finditer(span, text)]
    words = WordText(text)
    return frozenset(
        index
        for index, ((begin, end), word) in enumerate(zip(words.spans, words.words, strict=True))
        if word.lower() in names or any(begin < last and end > first for first, last in passages)
    )
