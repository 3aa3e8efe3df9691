"""Words become their synonyms."""

from dataclasses import dataclass
from functools import lru_cache
from typing import final

from rosearch.attacks.randomness import AttackRandom
from rosearch.attacks.text import is_one_word
from rosearch.attacks.transformations.word_swap import WordSwap
from rosearch.lexicons.lexicon import Lexicon


@final
@dataclass(frozen=True)
class LexiconSwap(WordSwap):
    """Replaces a word by each of its synonyms that is one word; case is taken from the lexicon, as in TextAttack.

    Args:
        lexicon: Where synonyms come from.
    """

    lexicon: Lexicon

    def replacements(self, word: str, random: AttackRandom) -> tuple[str, ...]:  # noqa: ARG002
        """Returns the synonyms of ``word``."""
        return _one_word_synonyms(self.lexicon, word)


@lru_cache(maxsize=200_000)
def _one_word_synonyms(lexicon: Lexicon, word: str) -> tuple[str, ...]:
    found = (synonym for synonym in lexicon.synonyms(word) if synonym != word)
    return tuple(dict.fromkeys(synonym for synonym in found if "_" not in synonym and is_one_word(synonym)))
