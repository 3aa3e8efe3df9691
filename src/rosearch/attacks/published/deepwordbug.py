"""DeepWordBug as published: words are ranked by heads and tails of the text, and edited without looking."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.constraints.edit_distance import EditDistance
from rosearch.attacks.dialogue import Ask, Search, Start
from rosearch.attacks.published.ranking import free, ranked
from rosearch.attacks.randomness import AttackRandom
from rosearch.attacks.text import WordText
from rosearch.attacks.transformations.character_edits import CharacterEdit


@final
@dataclass(frozen=True, kw_only=True)
class PublishedDeepWordBug:
    """The combined score, then one edit a word, as many as the distance allows, and one last question.

    Args:
        edits: One of them is drawn for each word.
        max_edit_distance: Between the original and the adversarial text, in characters.

    References:
        Gao et al. (2018), see ``DeepWordBug``; sections III-B (temporal head and tail score) and III-C.

    Differences from TextAttack's recipe, each in the paper: a word's score is how much the gold label loses with it,
    once as the last word of the text up to it, once as the first of the text from it on; a word gets one edit, not the
    best of four; nothing is asked between edits; stop words may change.
    """

    edits: Sequence[CharacterEdit]
    max_edit_distance: int

    def search(self, start: Start, constraints: Sequence[Constraint] = ()) -> Search:
        """Edits the most important words and asks what came of it.

        Args:
            start: The text and its score.
            constraints: Say which words may change.
        """
        text = start.text
        if not text.words:
            return text
        heads = [text.text[:end] for _, end in text.spans]
        tails = [text.text[begin:] for begin, _ in text.spans]
        answers = yield Ask([*heads, *tails])
        if answers.over:
            return text
        head, tail = np.split(np.array(answers.scores), 2)
        # How far the score falls with the word. The first head and the last tail have nothing to be compared with.
        combined = -np.diff(head, prepend=head[0]) - np.diff(tail[::-1], prepend=tail[-1])[::-1]
        order = ranked(free(text, constraints), lambda index: float(combined[index]))
        edited = self._edited(text, order, start.random)
        yield Ask([edited.text], incumbent=-np.inf)
        return edited

    def _edited(self, text: WordText, order: Sequence[int], random: AttackRandom) -> WordText:
        current, within = text, EditDistance(max_distance=self.max_edit_distance)
        for index in order:
            edit = self.edits[int(random.numpy.randint(len(self.edits)))]
            for word in edit.replacements(text.words[index], random):
                if not within.allows(text, current, index, word):
                    return current
                current = current.replaced(index, word)
        return current
