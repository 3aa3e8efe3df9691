"""PWWS as published: substitutes are chosen once, then put in one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.dialogue import Ask, Search, Start
from rosearch.attacks.published.ranking import free, ranked, without_each
from rosearch.attacks.text import is_one_word
from rosearch.lexicons.lexicon import Lexicon
from rosearch.lexicons.tagger import Tagger

_CONTENT = frozenset(("NOUN", "VERB", "ADJ", "ADV"))


@final
@dataclass(frozen=True, kw_only=True)
class PublishedPWWS:
    """For each word its best synonym of the same part of speech, put in by saliency times gain until the flip.

    Args:
        lexicon: Where synonyms come from.
        tagger: Tells parts of speech, of a word and of what would stand for it.

    References:
        Ren et al. (2019), see ``PWWS``.

    Differences from TextAttack's recipe, each in the paper and its authors' code: only synonyms of the word's own part
    of speech that keep it in the sentence; stop words may change; the gain is the rise of the score, not the score
    reached; each word's synonym is chosen in the original text and not again; every one is put in, whether it raises
    the score or not. Left out here: named entities, whose lists are made from a data set.
    """

    lexicon: Lexicon
    tagger: Tagger

    def search(self, start: Start, constraints: Sequence[Constraint] = ()) -> Search:
        """Searches for a text with another prediction.

        Args:
            start: The text and its score.
            constraints: Say which words may change.
        """
        text, words = start.text, start.text.words
        if not words:
            return text
        answers = yield Ask(without_each(text, "[UNK]"))
        if answers.over:
            return text
        weights = np.exp(np.array(answers.scores) - start.score)
        saliency = weights / weights.sum()
        chosen: dict[int, tuple[str, float]] = {}
        listed = self._synonyms(words)
        for index in free(text, constraints):
            if not (synonyms := listed[index]):
                continue
            answers = yield Ask([text.replace(index, synonym) for synonym in synonyms])
            if answers.over:
                return text
            best = int(np.argmax(answers.scores))
            chosen[index] = synonyms[best], answers.scores[best] - start.score
        current = text
        for index in ranked(list(chosen), lambda index: float(saliency[index]) * chosen[index][1]):
            current = current.replaced(index, chosen[index][0])
            answers = yield Ask([current.text], incumbent=-np.inf)
            if answers.over or answers.flipped[0]:
                return current
        return current

    def _synonyms(self, words: Sequence[str]) -> "list[list[str]]":
        tags = self.tagger.tags(words)
        return [self._fitting(words, index, tag) if tag in _CONTENT else [] for index, tag in enumerate(tags)]

    def _fitting(self, words: Sequence[str], index: int, tag: str) -> list[str]:
        listed = self.lexicon.synonyms_of(words[index], tag)
        return [word for word in listed if is_one_word(word) and self._tag_with(words, index, word) == tag]

    def _tag_with(self, words: Sequence[str], index: int, word: str) -> str:
        return self.tagger.tags((*words[:index], word, *words[index + 1 :]))[index]
