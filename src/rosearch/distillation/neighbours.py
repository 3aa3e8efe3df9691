"""Which words may stand for a word: the neighbourhood that attacks with the same lexicons move in. No torch."""

from collections.abc import Sequence

from rosearch.attacks.randomness import AttackRandom
from rosearch.attacks.transformations.lexicon_swap import LexiconSwap
from rosearch.lexicons.lexicon import Lexicon

_NOTHING_IS_DRAWN = AttackRandom(0)


def neighbours(word: str, lexicons: Sequence[Lexicon]) -> tuple[str, ...]:
    """Returns what may stand for ``word``, each once, without ``word`` itself.

    Args:
        word: As a text has it.
        lexicons: The synonyms of all of them are one neighbourhood.
    """
    found = [LexiconSwap(lexicon).replacements(word, _NOTHING_IS_DRAWN) for lexicon in lexicons]
    return found[0] if len(found) == 1 else tuple(dict.fromkeys(synonym for words in found for synonym in words))
