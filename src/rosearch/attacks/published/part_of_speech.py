"""The part of speech as TextFooler's authors look at it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import final

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.constraints.sentence_similarity import replacements
from rosearch.attacks.text import WordText
from rosearch.lexicons.tagger import Tagger

_AROUND = 4
_LONGEST_WHOLE = 10


@final
@dataclass(frozen=True, kw_only=True)
class AuthorsPartOfSpeech(Constraint):
    """Compares a word's tag in the whole original with its replacement's among the words that stand there now.

    Args:
        tagger: Gives the tags; nouns and verbs may stand for each other.

    References:
        The code of Jin et al. (2020): in texts of more than ten words the replacement is tagged with four words on
        each side. TextAttack tags both among the original's words, four before and three behind.
    """

    tagger: Tagger

    def allows(self, original: WordText, current: WordText, index: int, word: str) -> bool:
        """Says whether the replacement has the part of speech of the original word."""
        tags = {_tags(self.tagger, original.words)[index], self._tag_now(current.words, index, WordText(word).words[0])}
        return len(tags) == 1 or tags == {"NOUN", "VERB"}

    def holds(self, original: WordText, perturbed: WordText) -> bool:
        """Takes the replacements one after the other; where they are not known, the texts alone say nothing."""
        return all(
            self.allows(original, before, index, after.words[index])
            for before, index, after in replacements(original, perturbed)
        )

    def _tag_now(self, words: tuple[str, ...], index: int, word: str) -> str:
        now = (*words[:index], word, *words[index + 1 :])
        if len(now) <= _LONGEST_WHOLE:
            return _tags(self.tagger, now)[index]
        start = max(index - _AROUND, 0)
        return _tags(self.tagger, now[start : index + _AROUND + 1])[index - start]


@lru_cache(maxsize=1 << 16)
def _tags(tagger: Tagger, words: tuple[str, ...]) -> tuple[str, ...]:
    return tagger.tags(words)
