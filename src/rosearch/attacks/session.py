"""One text under attack: its search, its query count, and what each query budget would have brought."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, final

import numpy as np

from rosearch.attacks.dialogue import Answers, Ask, Confirm, Consult, Order, Search, Start, choice
from rosearch.attacks.goal import Score
from rosearch.attacks.randomness import AttackRandom
from rosearch.attacks.text import WordText
from rosearch.core.errors import AttackError
from rosearch.core.protocols import FloatArray


@final
class Session:
    """Carries one search from answer to answer.

    Queries are counted as TextAttack counts them: every text that the search asks, whether known or not, and one for
    the text itself. At ``max_queries`` the list of asked texts is cut and the search told that it is over.
    ``claims`` holds, for each budget that brings another prediction, the text that does; they are not verified here.

    Args:
        text: The text before the attack.
        example_id: Its name.
        search: Begins the search.
        score: Knows what 'no effect' is.
        seed: Of this text's random numbers.
        budgets: Query budgets to tell the outcome of.
        max_queries: The budget of this very search; None for no limit.
        gradients: What a search asks that looks at the victim's gradients; None where it shows none.
        order: In which a search that ranks words visits them.
    """

    def __init__(
        self,
        text: str,
        *,
        example_id: str,
        search: Callable[[Start], Search],
        score: Score,
        seed: int,
        budgets: Sequence[int],
        max_queries: int | None,
        gradients: Consult | None = None,
        order: Order = "importance",
    ) -> None:
        self.example_id = example_id
        self.original = WordText(text)
        self.final = self.original
        self.queries = 0
        self.computed_queries = 0
        self.rough_queries = 0
        self.steps = 0
        self.flat_steps = 0
        self.skipped = False
        self.claims: dict[int, str] = {}
        self._begin = search
        self._score = score
        self._seed = seed
        self._budgets = sorted(set(budgets), reverse=True)
        self._max_queries = max_queries
        self._gradients = gradients
        self._order = order
        self._search: Search | None = None
        self._question: Ask | Confirm | Consult | None = Ask((text,))

    @property
    def ended(self) -> bool:
        """Whether there is no further question."""
        return self._question is None

    @property
    def asked(self) -> Sequence[str]:
        """The texts that wait for the victim's answer; none while another is consulted, and at the end."""
        return self._question.texts if isinstance(self._question, Ask | Confirm) else ()

    @property
    def content_with_rough(self) -> bool:
        """Whether rough answers to ``asked`` will do; not where a query budget ends, whose outcome hangs on them."""
        question = self._question
        if not isinstance(question, Ask) or not question.rough:
            return False
        ends = [*self._budgets[-1:], *([] if self._max_queries is None else [self._max_queries])]
        return question.incumbent is None or all(self.queries + len(question.texts) < end for end in ends)

    @property
    def consulting(self) -> Consult | None:
        """The question to another than the victim that waits for its replies."""
        return self._question if isinstance(self._question, Consult) else None

    def reply(self, replies: Sequence[Any]) -> None:
        """Takes the replies to ``consulting`` and goes on to the next question or the end."""
        self._send(replies)

    @property
    def wants_classes(self) -> bool:
        """Whether the answers to ``asked`` shall tell what the victim holds with each class."""
        return self._search is None or (isinstance(self._question, Ask) and self._question.by_class)

    def answer(
        self, scores: list[float], flipped: list[bool], *, error: float = 0.0, by_class: FloatArray | None = None
    ) -> None:
        """Takes the answers to ``asked`` and goes on to the next question or the end.

        Args:
            scores: One for each text.
            flipped: Whether the prediction is another than the gold label.
            error: How far the scores may be off.
            by_class: Shape ``(len(scores), classes)``; needed where ``wants_classes``.
        """
        if not isinstance(self._question, Ask | Confirm):
            raise AttackError(f"Example {self.example_id!r}: answered, but its search asks the victim nothing.")
        if isinstance(self._question, Ask):
            self._count_step(self._question, scores, error)
            self._settle_budgets(self._question, scores, flipped)
            self.queries += len(scores)
        if self._search is not None:
            self._send(Answers(scores, flipped, self._over(), error, by_class))
        elif flipped[0]:
            self.skipped, self._question = True, None
        else:
            self._start(scores[0], np.zeros(0) if by_class is None else by_class[0])

    def _start(self, score: float, by_class: FloatArray) -> None:
        zero, random = self._score.zero(score), AttackRandom(self._seed)
        start = Start(self.original, score, zero, random, by_class, self._gradients, self._order)
        self._search = self._begin(start)
        try:
            self._next(next(self._search))
        except StopIteration as stop:
            self._end(stop.value)

    def _send(self, message: Answers | Sequence[Any]) -> None:
        if self._search is None:
            return
        try:
            question = self._search.send(message)
        except StopIteration as stop:
            self._end(stop.value)
            return
        if self._over():
            raise AttackError(f"Example {self.example_id!r}: the search goes on although its query budget is used up.")
        self._next(question)

    def _next(self, question: Ask | Confirm | Consult) -> None:
        """Leaves of a question what the query budget pays for."""
        self._question = question
        if isinstance(question, Ask):
            left = len(question.texts) if self._max_queries is None else self._max_queries - self.queries
            if len(question.texts) > left:
                self._question = replace(question, texts=question.texts[:left])
            if not self.asked:
                self._send(Answers([], [], self._over()))

    def _count_step(self, ask: Ask, scores: list[float], error: float) -> None:
        """Counts a greedy step, and one whose texts all score as the text before; rough scores do not tell."""
        if ask.incumbent is not None and scores and not error:
            self.steps += 1
            self.flat_steps += all(score == ask.incumbent for score in scores)

    @property
    def exhausted(self) -> bool:
        """Whether the query budget has ended the search."""
        return self._over()

    def _over(self) -> bool:
        return self._max_queries is not None and self.queries >= self._max_queries

    def _end(self, final: WordText) -> None:
        self.final, self._question = final, None
        # Budgets that the search did not use up are as good as none.
        self.claims.update(dict.fromkeys(self._budgets, final.text))

    def _settle_budgets(self, ask: Ask, scores: list[float], flipped: list[bool]) -> None:
        """Decides the budgets that end among the present answers: the best of those within it, if it beats."""
        while self._budgets and self._budgets[-1] <= self.queries + len(scores):
            budget = self._budgets.pop()
            within = budget - self.queries
            best = choice(ask, scores[:within], flipped[:within])
            claim = ask.texts[best] if best is not None and flipped[best] else ask.standing
            if claim is not None:
                self.claims[budget] = claim
