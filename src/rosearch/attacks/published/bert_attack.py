"""BERT-Attack as its authors wrote it: one reading of the original text, candidates one at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import final

import numpy as np

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.dialogue import Ask, Consult, Dialogue, Search, Start
from rosearch.attacks.published.ranking import free, importance, ranked, without_each
from rosearch.attacks.text import WordText, is_one_word
from rosearch.lexicons.lexicon import Lexicon
from rosearch.lexicons.masked_language_model import MaskedLanguageModel, Ranking, Slot

_TOKENS_OF_A_PIECE = 4
_COMBINATIONS = 24


@final
@dataclass(frozen=True, kw_only=True)
class PublishedBERTAttack:
    """Takes the first candidate that changes the prediction, else the one that raises the score most.

    Args:
        mlm: The masked language model.
        candidates: Tokens for a word of one piece.
        least_logit: Tokens below it are no candidates; the authors' commands have 0, their defaults 3 and 0.3.
        max_changed: Share of the words; with more changed the search ends.
        stop_words: Stay, and stand for no word; compared in lower case.
        antonyms: Candidates that this lexicon does not know for a word, though it knows others, are left out; None
            leaves none out. The authors do so for sentiment, with counter-fitted vectors.

    References:
        Li et al. (2020), see ``BERTAttack``.

    Differences from TextAttack's recipe, each in the authors' code: the gain of a new class is added to a word's
    importance; the last word is never ranked; the model reads the original text only; a word of several pieces gets the
    first 24 combinations of four tokens a piece, sorted by perplexity; improbable tokens, stop words and pieces that
    continue a word are no candidates; candidates are asked one after the other, and the first that changes the
    prediction ends the search; a candidate must beat what the steps before it gained, not the score of the text as it
    is.
    """

    mlm: MaskedLanguageModel
    candidates: int
    least_logit: float
    max_changed: float
    stop_words: frozenset[str]
    antonyms: Lexicon | None = None

    def search(self, start: Start, constraints: Sequence[Constraint] = ()) -> Search:
        """Searches for a text with another prediction.

        Args:
            start: The text and its score.
            constraints: Say which words may change.
        """
        text = start.text
        lacking = without_each(text, "[UNK]")[:-1]
        weights = (yield from importance(start, lacking)) if lacking else None
        current, score = text, start.score
        indices = [index for index in free(text, constraints) if index < len(weights or ())]
        for index in ranked(indices, (weights or []).__getitem__):
            if len(current.modified) > int(self.max_changed * len(text.words)):
                return current
            if text.words[index].lower() in self.stop_words:
                continue
            best: tuple[float, str] | None = None
            for word in (yield from self._candidates(text, index)):
                answers = yield Ask([current.replace(index, word)], incumbent=-np.inf)
                if answers.over or answers.flipped[0]:
                    return current.replaced(index, word) if answers.flipped[0] else current
                if answers.scores[0] > (best[0] if best else score):
                    best = answers.scores[0], word
            if best is not None:
                score, current = best[0], current.replaced(index, best[1])
        return current

    def _candidates(self, text: WordText, index: int) -> Dialogue[list[str]]:
        word = text.words[index]
        pieces = self.mlm.piece_count(word)
        if not pieces:
            return []
        masked = text.replace(index, self.mlm.mask_token)
        (ranking,) = yield Consult(self.mlm, [Slot(text.text, masked, pieces, self.candidates)])
        found = self._whole(ranking) if len(ranking.ids) == 1 else self._combined(ranking)
        known = set(self.antonyms.synonyms(word)) if self.antonyms else set()
        return [
            candidate
            for candidate in found
            if candidate != word
            and is_one_word(candidate)
            and candidate.lower() not in self.stop_words
            and (not known or candidate in known)
        ]

    def _whole(self, ranking: Ranking) -> Iterator[str]:
        for number, logit in zip(ranking.ids[0].tolist(), ranking.logits[0].tolist(), strict=True):
            if logit < self.least_logit:
                return
            token = self.mlm.token(number)
            if not self.mlm.is_continuation(token, first=ranking.position == 1):
                yield self.mlm.plain(token)

    def _combined(self, ranking: Ranking) -> Sequence[str]:
        """Returns the first combinations of likely tokens, the most probable first."""
        rows = [
            [(self.mlm.token(number), normaliser - logit) for number, logit in zip(ids, logits, strict=True)]
            for ids, logits, normaliser in zip(
                ranking.ids[:, :_TOKENS_OF_A_PIECE].tolist(),
                ranking.logits[:, :_TOKENS_OF_A_PIECE].tolist(),
                ranking.log_normalisers.tolist(),
                strict=True,
            )
        ]
        if not rows:
            return ()
        combinations = islice(product(*rows), _COMBINATIONS)
        costs = [
            ("".join(self.mlm.plain(token) for token, _ in row), sum(cost for _, cost in row)) for row in combinations
        ]
        return [word for word, _ in sorted(costs, key=lambda entry: entry[1])]
