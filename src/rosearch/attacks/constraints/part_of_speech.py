"""A word keeps its part of speech."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import final

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.text import WordText
from rosearch.lexicons.perceptron_tagger import PerceptronTagger
from rosearch.lexicons.tagger import Tagger

_BEFORE, _AFTER = 4, 3


@final
@dataclass(frozen=True, kw_only=True)
class PartOfSpeech(Constraint):
    """Lets a word become a word of the same part of speech, as each is tagged among its neighbours in the original.

    Args:
        tagger: Gives the tags.
        allow_verb_noun_swap: Whether nouns and verbs may stand for each other.

    References:
        Jin et al. (2020). Is BERT Really Robust? arXiv:1907.11932.

    Follows TextAttack 0.3.11: the neighbours are four words before and three behind, and the tag is that of the first
    of these eight that is the same word.
    """

    tagger: Tagger = field(default_factory=PerceptronTagger)
    allow_verb_noun_swap: bool = True

    def allows(self, original: WordText, current: WordText, index: int, word: str) -> bool:  # noqa: ARG002
        """Says whether the replacement has the part of speech of the original word."""
        # A candidate may stand in brackets, as some tokens of language models do; what counts is the word in them.
        return self._fits(original.words, index, WordText(word).words[0])

    def holds(self, original: WordText, perturbed: WordText) -> bool:
        """Says whether every changed word has the part of speech of the original one."""
        return all(
            self._fits(original.words, index, perturbed.words[index]) for index in perturbed.changed_from(original)
        )

    def _fits(self, words: tuple[str, ...], index: int, word: str) -> bool:
        before, after = words[max(index - _BEFORE, 0) : index], words[index + 1 : index + 1 + _AFTER]
        tags = {_tag(self.tagger, before, now, after) for now in (words[index], word)}
        return len(tags) == 1 or (self.allow_verb_noun_swap and tags == {"NOUN", "VERB"})


@lru_cache(maxsize=1 << 18)
def _tag(tagger: Tagger, before: tuple[str, ...], word: str, after: tuple[str, ...]) -> str:
    context = (*before, word, *after)
    return tagger.tags(context)[context.index(word)]
