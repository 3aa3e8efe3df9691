"""Words become their synonyms."""

from dataclasses import dataclass
from functools import lru_cache
from typing import final

from rosearch.attacks.randomness import AttackRandom
from rosearch.attacks.text import is_one_word
from rosearch.attacks.transformations.transformation import WordSwap
from rosearch.lexicons.lexicon import Lexicon


@final
@dataclass(frozen=True)
class LexiconSwap(WordSwap):
    """Replaces a word by each of its synonyms that is one word.

    Args:
        lexicon: Where synonyms come from.
        keep_case: Whether a synonym takes the case of the word: lower, UPPER, or Capitalised; else it has the
            lexicon's.
    """

    lexicon: Lexicon
    keep_case: bool = False

    def replacements(self, word: str, random: AttackRandom) -> tuple[str, ...]:  # noqa: ARG002
        """Returns the synonyms of ``word``."""
        return _one_word_synonyms(self.lexicon, word, self.keep_case)


@lru_cache(maxsize=200_000)
def _one_word_synonyms(lexicon: Lexicon, word: str, keep_case: bool) -> tuple[str, ...]:
    found = (_recased(synonym, word) if keep_case else synonym for synonym in lexicon.synonyms(word))
    allowed = (synonym for synonym in found if synonym != word and "_" not in synonym and is_one_word(synonym))
    return tuple(dict.fromkeys(allowed))


def _recased(synonym: str, word: str) -> str:
    if word.islower():
        return synonym.lower()
    if word.isupper() and len(word) > 1:
        return synonym.upper()
    if word[0].isupper() and word[1:].islower():
        return synonym.capitalize()
    return synonym
