"""A text seen as words with punctuation between them, which an attack changes word by word."""

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import cached_property
from typing import final

# Beside letters, digits and "_": look-alikes of letters that other attacks write, and what may stand inside a word.
_RUN = re.compile(r"[\w\u02d7`\u00d7'\-*@]+")
_EDGES = "'-_*@"


@final
class WordText:
    """A text, its words, and which of them have been replaced since the attack began.

    Words are TextAttack's: runs of word characters, without ``'-_*@`` at their ends, in their case. Everything
    between words stays as it is, byte for byte, whatever happens to the words.

    Args:
        text: The text.
        modified: Replacements made so far, by word index.

    Differences from TextAttack: Chinese is not segmented (there jieba is); a run of such characters is one word.
    """

    __slots__ = ("__dict__", "modified", "text")

    def __init__(self, text: str, modified: Mapping[int, str] | None = None) -> None:
        self.text = text
        self.modified: Mapping[int, str] = modified or {}

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Start and end of each word, in characters."""
        return tuple(_spans(self.text))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words, in order."""
        return tuple(self.text[start:end] for start, end in self.spans)

    def replace(self, index: int, word: str) -> str:
        """Returns the text with the word at ``index`` replaced by ``word``."""
        start, end = self.spans[index]
        return f"{self.text[:start]}{word}{self.text[end:]}"

    def replaced(self, index: int, word: str) -> "WordText":
        """Returns the same as ``replace``, as a text that remembers the replacement.

        Where ``word`` holds several words, the words behind it get higher indices, and so do their replacements.
        """
        if " " not in word:
            return WordText(self.replace(index, word), {**self.modified, index: word})
        parts = WordText(word).words
        more = len(parts) - 1
        moved = {at + more if at > index else at: part for at, part in self.modified.items()}
        return WordText(self.replace(index, word), moved | {index + at: part for at, part in enumerate(parts)})

    def delete(self, index: int) -> str:
        """Returns the text without the word at ``index`` and the space before it (after it, for the first word)."""
        start, end = self.spans[index]
        before, after = self.text[:start], self.text[end:]
        if after and index == 0:
            after = after.removeprefix(" ")
        elif after:
            before = before.removesuffix(" ")
        return before + after

    def changed_from(self, original: "WordText") -> tuple[int, ...]:
        """Returns the indices of the words of ``original`` that are not in their place any more.

        Texts of equally many words are compared word by word; others are aligned first, so that the words behind a
        split word do not count as changed.
        """
        if len(original.words) == len(self.words):
            pairs = enumerate(zip(original.words, self.words, strict=True))
            return tuple(index for index, (before, after) in pairs if before != after)
        matcher = SequenceMatcher(None, original.words, self.words, autojunk=False)
        kept = {block.a + at for block in matcher.get_matching_blocks() for at in range(block.size)}
        return tuple(index for index in range(len(original.words)) if index not in kept)


def is_one_word(text: str) -> bool:
    """Says whether ``text`` holds exactly one word."""
    return len(WordText(text).spans) == 1


def _spans(text: str) -> "list[tuple[int, int]]":
    spans = []
    for match in _RUN.finditer(text):
        start, end = match.span()
        run = match.group()
        if run[0] in _EDGES or run[-1] in _EDGES:
            start += len(run) - len(run.lstrip(_EDGES))
            end -= len(run) - len(run.rstrip(_EDGES))
        if start < end:
            spans.append((start, end))
    return spans
