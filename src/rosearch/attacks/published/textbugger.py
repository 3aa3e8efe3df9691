"""TextBugger as published: the most important sentence first, and in it the most important word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from rosearch.attacks.constraints.constraint import Candidate, Constraint, Step
from rosearch.attacks.constraints.sentence_similarity import SentenceSimilarity
from rosearch.attacks.dialogue import Ask, Dialogue, Search, Start, choice, improvement
from rosearch.attacks.published.ranking import free, ranked
from rosearch.attacks.text import WordText
from rosearch.attacks.transformations.character_edits import SpaceInsertion
from rosearch.attacks.transformations.transformation import WordSwap

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_LONGEST_TO_SPLIT = 5


@final
@dataclass(frozen=True, kw_only=True)
class PublishedTextBugger:
    """Gives each word its best bug, until the prediction changes or the text is too unlike the original.

    Args:
        bugs: What a word may become.
        similarity: Once it is broken the attack has failed.

    References:
        Li et al. (2019), see ``TextBugger``; algorithm 3, the black-box attack.

    Differences from TextAttack's recipe, each in the paper: sentences are ranked by what the model says of each alone,
    and those with another prediction left out; words are ranked within their sentence, by what the whole text loses
    without them; stop words may change; a space goes into words of fewer than six characters only, and the words behind
    it keep their places in the order; the similarity is looked at after the bug is chosen, and ends the attack.
    """

    bugs: Sequence[WordSwap]
    similarity: SentenceSimilarity

    def search(self, start: Start, constraints: Sequence[Constraint] = ()) -> Search:
        """Searches for a text with another prediction.

        Args:
            start: The text and its score.
            constraints: Say which words may change.
        """
        order = yield from self._order(start, free(start.text, constraints))
        current, score, splits = start.text, start.score, list[int]()
        for original_index in order:
            index = original_index + sum(split < original_index for split in splits)
            word = current.words[index]
            found = dict.fromkeys(new for bug in self.bugs for new in self._bugged(bug, word, start))
            if not found:
                continue
            words = list(found)
            ask = yield from self._judged(Step(start.text, current, index), words, score)
            answers = yield ask
            best = choice(ask, answers.scores, answers.flipped)
            if best is None:
                if answers.over or improvement(answers.scores, score) is not None:
                    return current
                continue
            current, score = current.replaced(index, words[best]), answers.scores[best]
            if answers.flipped[best] or answers.over:
                return current
            splits += [original_index] * (" " in words[best])
        return current

    def _judged(self, step: Step, words: list[str], score: float) -> Dialogue[Ask]:
        candidates = [Candidate(step.current.replace(step.index, word), word) for word in words]
        similar = yield from self.similarity.allowed(step, candidates)
        allowed = [any(candidate is one for one in similar) for candidate in candidates]
        return Ask([candidate.text for candidate in candidates], score, allowed=allowed, rule="veto")

    def _bugged(self, bug: WordSwap, word: str, start: Start) -> tuple[str, ...]:
        if isinstance(bug, SpaceInsertion) and len(word) > _LONGEST_TO_SPLIT:
            return ()
        return bug.replacements(word, start.random)

    def _order(self, start: Start, free_words: Sequence[int]) -> Dialogue[list[int]]:
        """Ranks the words, sentence by sentence; nothing where the query budget ended."""
        text = start.text
        sentences = _sentences(text)
        if not sentences:
            return []
        answers = yield Ask([text.text[text.spans[words[0]][0] : text.spans[words[-1]][1]] for words in sentences])
        if answers.over:
            return []
        kept = [at for at, flipped in enumerate(answers.flipped) if not flipped]
        order: list[int] = []
        for at in ranked(kept, lambda at: -answers.scores[at]):
            without = yield Ask([text.delete(index) for index in sentences[at]])
            if without.over:
                return []
            weights = dict(zip(sentences[at], without.scores, strict=True))
            order += ranked([index for index in sentences[at] if index in set(free_words)], weights.__getitem__)
        return order


def _sentences(text: WordText) -> list[list[int]]:
    """Groups the words by the sentence that they stand in."""
    ends = [match.start() for match in _SENTENCE_END.finditer(text.text)]
    groups: dict[int, list[int]] = {}
    for index, (begin, _) in enumerate(text.spans):
        groups.setdefault(sum(end <= begin for end in ends), []).append(index)
    return list(groups.values())
