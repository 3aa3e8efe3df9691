"""What a masked language model writes in the place of a word."""

import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import final

from rosearch.attacks.dialogue import Consult, Dialogue
from rosearch.attacks.randomness import AttackRandom
from rosearch.attacks.text import WordText, is_one_word
from rosearch.attacks.transformations.transformation import Transformation
from rosearch.lexicons.masked_language_model import MaskedLanguageModel, Ranking, Slot

_PUNCTUATION = frozenset(string.punctuation)


@final
@dataclass(frozen=True, kw_only=True)
class MaskedFill(Transformation):
    """Masks the word in the text as it is, and takes the likeliest words, as BAE and CLARE do.

    Args:
        mlm: Fills the mask.
        count: Words at most; the word itself and words without a letter count and are left out afterwards.
        whole_words: Leaves out pieces that continue a word; else they are taken for words, without their mark.

    Follows TextAttack 0.3.11's WordSwapMaskedLM, method "bae", where ``whole_words`` is off.
    """

    mlm: MaskedLanguageModel
    count: int = 50
    whole_words: bool = False

    def proposals(self, text: WordText, index: int, random: AttackRandom) -> Dialogue[Sequence[str]]:  # noqa: ARG002
        """Returns the likeliest words, the likeliest first; one may come twice, as a word and as a piece."""
        masked = text.replace(index, self.mlm.mask_token)
        (ranking,) = yield Consult(self.mlm, [Slot(masked, masked)])
        words = islice(self._words(ranking), self.count)
        return [word for word in words if word != text.words[index] and _has_letter(word)]

    def _words(self, ranking: Ranking) -> Iterator[str]:
        for number in ranking.ids[0].tolist() if len(ranking.ids) else ():
            token = self.mlm.token(number)
            if self.whole_words and self.mlm.is_continuation(token, first=ranking.position == 1):
                continue
            word = self.mlm.plain(token)
            if is_one_word(word) and not set(word) <= _PUNCTUATION:
                yield word


@final
@dataclass(frozen=True, kw_only=True)
class PieceSwap(Transformation):
    """Lets the model read the unmasked text, and takes its likeliest tokens for the pieces of the word.

    Args:
        mlm: Reads the text.
        count: Tokens for each piece, and words in all.

    References:
        Li et al. (2020), see ``BERTAttack``.

    Follows TextAttack 0.3.11's WordSwapMaskedLM, method "bert-attack": of a word of several pieces the first
    combinations count, in the order in which the last piece changes fastest, for the sorting by perplexity there is
    thrown away.
    """

    mlm: MaskedLanguageModel
    count: int = 8

    def proposals(self, text: WordText, index: int, random: AttackRandom) -> Dialogue[Sequence[str]]:  # noqa: ARG002
        """Returns words made of likely tokens."""
        pieces = self.mlm.piece_count(text.words[index])
        if not pieces:
            return ()
        masked = text.replace(index, self.mlm.mask_token)
        (ranking,) = yield Consult(self.mlm, [Slot(text.text, masked, pieces, self.count)])
        tokens = [[self.mlm.token(number) for number in row] for row in ranking.ids.tolist()]
        if len(tokens) == 1:
            whole = (token for token in tokens[0] if not self.mlm.is_continuation(token, first=index == 0))
            words = [self.mlm.plain(token) for token in whole if is_one_word(token)]
        else:
            joined = ("".join(combination).replace("##", "") for combination in product(*tokens) if combination)
            words = list(islice(filter(is_one_word, joined), self.count))
        return [word for word in words if word != text.words[index]]


def _has_letter(word: str) -> bool:
    return any(letter in string.ascii_letters for letter in word)
