"""TextFooler as its authors wrote it: first ask about all candidates, then look which of them were allowed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, final

from rosearch.attacks.constraints.constraint import Candidate, Constraint, Step
from rosearch.attacks.constraints.repeat_modification import RepeatModification
from rosearch.attacks.dialogue import Ask, Dialogue, Search, Start, choice
from rosearch.attacks.published.ranking import free, importance, ranked, without_each
from rosearch.attacks.transformations.transformation import Transformation


@final
@dataclass(frozen=True, kw_only=True)
class QueryFirst:
    """Ranks words with the new class's gain, and counts queries for candidates that no constraint would let pass.

    Args:
        by: Words are ranked by the score with the word replaced by "<oov>", or left out.

    References:
        Jin et al. (2020) and the code of its authors; Garg and Ramakrishnan (2020) built BAE on that code.

    Differences from TextAttack's ``GreedyWordImportance``, each in the authors' code: every word is ranked, stop words
    too; where leaving out a word changes the prediction, what the new class gains is added to its importance; all
    candidates are asked, and count, before constraints are looked at; of all allowed candidates that change the
    prediction the most similar is taken, not only of those that lead; where none changes it, the best allowed candidate
    is taken if it beats the score of the original text, though the text as it is may have been closer to another
    prediction.
    """

    by: Literal["oov", "delete"] = "oov"

    def search(self, start: Start, transformation: Transformation, constraints: Sequence[Constraint]) -> Search:
        """Searches for a text with another prediction.

        Args:
            start: The text and its score.
            transformation: What words may become.
            constraints: What a replacement must keep; asked for their verdict only, but for words that stay.
        """
        text = start.text
        lacking = (
            without_each(text, "<oov>") if self.by == "oov" else [text.delete(at) for at in range(len(text.words))]
        )
        weights = (yield from importance(start, lacking)) if lacking else None
        if weights is None:
            return text
        current = text
        for index in ranked(free(text, constraints), weights.__getitem__):
            step = Step(text, current, index)
            words = yield from transformation.proposals(current, index, start.random)
            if not words:
                continue
            ask = yield from _judged(step, words, constraints, start.score)
            answers = yield ask
            best = choice(ask, answers.scores, answers.flipped)
            if best is not None:
                current = current.replaced(index, words[best])
                if answers.flipped[best]:
                    return current
            if answers.over:
                return current
        return current


def _judged(step: Step, words: Sequence[str], constraints: Sequence[Constraint], incumbent: float) -> Dialogue[Ask]:
    """Asks about all candidates, with the verdict of the constraints and the similarities beside them."""
    candidates = [Candidate(step.current.replace(step.index, word), word) for word in words]
    allowed = list(candidates)
    for constraint in constraints:
        if allowed and not isinstance(constraint, RepeatModification):
            allowed = yield from constraint.allowed(step, allowed)
    kept = {id(candidate) for candidate in allowed}
    return Ask(
        [candidate.text for candidate in candidates],
        incumbent,
        similarities=[candidate.similarity or 0.0 for candidate in candidates],
        allowed=[id(candidate) in kept for candidate in candidates],
        rule="any_flip",
    )
