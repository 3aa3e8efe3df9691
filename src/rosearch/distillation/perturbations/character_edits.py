"""Words get slips of the pen: what letter attacks do to them. No torch."""

import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, final

import numpy as np
from numpy.random import Generator

from rosearch.distillation.perturbations.perturbation import Perturbation

_LETTERS: Final = string.ascii_letters


@final
@dataclass(frozen=True, kw_only=True)
class CharacterEdits(Perturbation):
    """Edits a word at one random place: neighbours swapped, a character substituted, deleted or inserted.

    Args:
        share: The most of a text's words that are edited.
        weight: How often this perturbation is drawn, relative to the others.
        looked_at: Edits of a word that an adversary looks at, drawn afresh each epoch.

    References:
        Gao et al. (2018), DeepWordBug, table 2, for the edits. arXiv:1801.04354. Belinkov, Bisk (2018). Synthetic and
        Natural Noise Both Break Neural Machine Translation, section 6.2, for training on them. arXiv:1711.02173
    """

    kind: Literal["character_edits"] = "character_edits"
    share: float = 1.0
    weight: float = 1.0
    looked_at: int = 6

    def rewrite(self, words: Sequence[str], *, rng: Generator) -> list[str]:
        """Edits each word of two or more characters.

        Args:
            words: As their texts have them.
            rng: Draws edits, places and letters.
        """
        edits = rng.integers(4, size=len(words)).tolist()
        letters = rng.integers(len(_LETTERS), size=len(words)).tolist()
        lengths = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
        places = (rng.random(len(words)) * lengths).astype(np.int64).tolist()
        return [
            edited(word, edit, place, _LETTERS[letter]) if len(word) > 1 else word
            for word, edit, place, letter in zip(words, edits, places, letters, strict=True)
        ]


def edited(word: str, edit: int, place: int, letter: str) -> str:
    """Returns a word with one edit.

    Args:
        word: Of two or more characters.
        edit: 0 swaps two neighbours, 1 substitutes, 2 deletes, 3 inserts before ``place``.
        place: Of the character, from 0; a swap at the last one is that of the pair before.
        letter: What is substituted or inserted.
    """
    if edit == 0:
        first = min(place, len(word) - 2)
        return word[:first] + word[first + 1] + word[first] + word[first + 2 :]
    return word[:place] + (letter if edit != 2 else "") + word[place + (edit != 3) :]
