"""The last word on an attack: its results are checked and the victim is asked again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import final

import numpy as np

from rosearch.attacks.checked_victim import CheckedVictim
from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.engine import Entry
from rosearch.attacks.goal import Score
from rosearch.attacks.result import AttackResult
from rosearch.attacks.session import Session
from rosearch.attacks.text import WordText
from rosearch.core.errors import AttackError
from rosearch.core.protocols import FloatArray, Text
from rosearch.core.text import field_of, with_field

# How far two answers to one text may lie apart, relative to the largest logit: far above float32 noise.
_NOISE = 1e-2


@final
class Verdict:
    """Turns ended sessions into results, from the texts alone: nothing that a search says of itself is believed.

    The prediction that counts is the one given when asked again, so a near-tie that float noise decided the other way
    during the search is decided here.

    Args:
        victim: Asked once more for every text that a result or a budget rests on.
        score: The attack's score.
        constraints: What every text must keep.
        budgets: The query budgets asked for.
        field: Which field of a pair was attacked.
    """

    def __init__(
        self,
        victim: CheckedVictim,
        score: Score,
        constraints: Sequence[Constraint],
        *,
        budgets: Sequence[int],
        field: int,
    ) -> None:
        self._victim = victim
        self._score = score
        self._constraints = tuple(constraints)
        self._budgets = tuple(dict.fromkeys(budgets))
        self._field = field

    def of(self, ended: Sequence[Entry]) -> list[AttackResult]:
        """Returns the results of ended sessions, in order.

        Args:
            ended: Each with its whole text and gold label.

        Raises:
            AttackError: If a text breaks a constraint or the victim contradicts itself.
        """
        clean, _ = self._victim.logits(
            [whole for _, whole, _ in ended], [session.example_id for session, _, _ in ended]
        )
        texts: list[Text] = []
        owners: list[str] = []
        for session, whole, _ in ended:
            for text in _claimed(session):
                texts.append(with_field(whole, self._field, text))
                owners.append(session.example_id)
        again = self._victim.ask(texts, owners)
        _require_equal(self._victim.logits(texts, owners)[0], again, owners)
        rows = iter(again)
        results = [self._result(entry, row, rows) for entry, row in zip(ended, clean, strict=True)]
        return self._with_similarities(results)

    def _result(self, entry: Entry, clean: FloatArray, again: Iterator[FloatArray]) -> AttackResult:
        session, whole, label = entry
        original, final_text = session.original, session.final.text
        logits = {original.text: clean, **{text: next(again) for text in _claimed(session)}}
        prediction = {text: int(row.argmax()) for text, row in logits.items()}
        for text in logits:
            self._require_allowed(session, text)
        scores = self._score.of(np.stack([logits[original.text], logits[final_text]]), np.array([label, label]))
        lost = prediction[final_text] != label
        return AttackResult(
            example_id=session.example_id,
            status="skipped" if session.skipped else "success" if lost else "failed",
            original=whole,
            adversarial=with_field(whole, self._field, final_text),
            label=label,
            prediction_before=prediction[original.text],
            prediction_after=prediction[final_text],
            score_before=float(scores[0]),
            score_after=float(scores[1]),
            queries=session.queries,
            computed_queries=session.computed_queries + len(logits) - 1,
            rough_queries=session.rough_queries,
            steps=session.steps,
            flat_steps=session.flat_steps,
            exhausted=session.exhausted,
            words=len(original.words),
            changed=WordText(final_text).changed_from(original),
            falls_within={budget: self._falls(session, budget, prediction, label) for budget in self._budgets},
        )

    def _with_similarities(self, results: list[AttackResult]) -> list[AttackResult]:
        """Adds how like original and adversarial text are, of successes, where a constraint's encoder can tell."""
        encoder = next((found for constraint in self._constraints if (found := constraint.judge_of_meaning())), None)
        won = [result for result in results if result.status == "success"]
        if encoder is None or not won:
            return results
        texts = [field_of(text, self._field) for result in won for text in (result.original, result.adversarial)]
        vectors = encoder.answer(texts)
        lengths = np.maximum(np.linalg.norm(vectors, axis=1), 1e-8)
        cosines = (vectors[::2] * vectors[1::2]).sum(axis=1) / (lengths[::2] * lengths[1::2])
        known = {result.example_id: float(cosine) for result, cosine in zip(won, cosines, strict=True)}
        return [replace(result, similarity=known.get(result.example_id)) for result in results]

    def _falls(self, session: Session, budget: int, prediction: dict[str, int], label: int) -> bool:
        claim = session.claims.get(budget)
        return session.skipped or (claim is not None and prediction[claim] != label)

    def _require_allowed(self, session: Session, text: str) -> None:
        # Its own replacements say which way the search went; the text is what counts.
        perturbed = session.final if text == session.final.text else WordText(text)
        for constraint in self._constraints:
            if not constraint.holds(session.original, perturbed):
                raise AttackError(
                    f"Example {session.example_id!r}: the attack broke {constraint} with the text {text[:200]!r}."
                )


def _claimed(session: Session) -> list[str]:
    """Lists the rewritten texts that the outcome rests on."""
    claimed = dict.fromkeys((session.final.text, *session.claims.values()))
    return [text for text in claimed if text != session.original.text]


def _require_equal(before: FloatArray, again: FloatArray, owners: Iterable[str]) -> None:
    if not len(again):
        return
    apart = np.abs(before - again).max(axis=1) > _NOISE * np.maximum(np.abs(before).max(axis=1), 1e-30)
    if apart.any():
        raise AttackError(
            f"The victim gave other logits when asked again about example {list(owners)[int(apart.argmax())]!r}. "
            "Put it into evaluation mode (no dropout), and clear the query cache if its weights have changed."
        )
