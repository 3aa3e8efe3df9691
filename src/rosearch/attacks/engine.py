"""Many attacks in lockstep: one list of questions from all live texts, one pass of the victim."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeAlias, final

import numpy as np

from rosearch.attacks.checked_victim import CheckedVictim
from rosearch.attacks.dialogue import Consultant
from rosearch.attacks.goal import Score, flipped
from rosearch.attacks.screening import Screening
from rosearch.attacks.session import Session
from rosearch.core.errors import AttackError
from rosearch.core.events import Listener, Progress
from rosearch.core.protocols import FloatArray, IntArray, Text
from rosearch.core.text import with_field

Entry: TypeAlias = tuple[Session, Text, int]
"""A session, the whole text that its field belongs to, and its gold label."""

ENGINE_VERSION = 2
"""Part of every attack's id; raised when the same attack would give other outcomes."""


@final
class Engine:
    """Drives sessions to their ends.

    Each round answers what the live sessions ask of others than the victim, until all of them wait for the victim; then
    it takes their texts, asks the victim for those that are new, scores all answers at once and hands them out. No
    outcome depends on which texts are attacked together.

    Args:
        victim: Answers.
        score: What the attacks maximise.
        name: Of the attack; progress events tell it.
        listener: Hears how many texts are done.
        at_once: So many texts are under attack; the rest wait.
        screening: Asked first where a search is content with rough answers; None asks the victim alone.
    """

    def __init__(
        self,
        victim: CheckedVictim,
        score: Score,
        *,
        name: str,
        listener: Listener,
        at_once: int,
        screening: Screening | None = None,
    ) -> None:
        self._victim = victim
        self._score = score
        self._stage = f"attack {name}"
        self._listener = listener
        self._at_once = at_once
        self._screening = screening

    def run(self, sessions: Iterable[Entry], *, total: int, field: int, ended: list[Entry]) -> None:
        """Runs all sessions.

        Args:
            sessions: What to attack; taken as room frees.
            total: How many there are.
            field: Which field of a pair the sessions rewrite.
            ended: Gets the sessions in the order in which they end, also where the run does not come to its own end.
        """
        waiting = iter(sessions)
        live = list(islice(waiting, self._at_once))
        while live:
            consult([session for session, _, _ in live])
            self._round(live, field)
            ended.extend(entry for entry in live if entry[0].ended)
            live = [entry for entry in live if not entry[0].ended]
            live.extend(islice(waiting, self._at_once - len(live)))
            detail = f"{sum(session.queries for session, _, _ in (*ended, *live))} queries"
            self._listener(Progress(stage=self._stage, done=len(ended), total=total, unit="texts", detail=detail))

    def _round(self, live: Iterable[Entry], field: int) -> None:
        exactly, roughly = _Questions(field), _Questions(field)
        for entry in live:
            if entry[0].asked:
                screened = self._screening is not None and entry[0].content_with_rough
                (roughly if screened else exactly).add(entry)
        # Answers are handed out after both, since they bring new questions.
        answers = [self._exact(exactly), self._rough(roughly)]
        for hand_out in answers:
            hand_out()

    def _exact(self, questions: "_Questions") -> Callable[[], None]:
        if not questions.texts:
            return _nothing
        rows, computed = self._victim.logits(questions.texts, questions.owners)
        if self._screening is not None:
            self._screening.compare(questions.texts, rows)
        for session, count in questions.counts(computed):
            session.computed_queries += count
        return lambda: questions.answer(rows, self._score, error=0.0)

    def _rough(self, questions: "_Questions") -> Callable[[], None]:
        screening = self._screening
        if screening is None or not questions.texts:
            return _nothing
        rows, asked = screening.logits(questions.texts, questions.owners)
        for session, count in questions.counts(asked):
            session.rough_queries += count
        if len(sample := screening.sample(len(questions.texts))):
            texts, owners = ([column[at] for at in sample] for column in (questions.texts, questions.owners))
            own, computed = self._victim.logits(texts, owners)
            screening.compare(texts, own)
            for session, count in questions.counts([int(sample[at]) for at in computed]):
                session.computed_queries += count
        error = self._score.error(screening.bound)
        return lambda: questions.answer(rows, self._score, error=error)


@final
class _Questions:
    """The questions of several sessions in one list.

    Args:
        field: Which field of a pair the sessions rewrite.
    """

    def __init__(self, field: int) -> None:
        self.texts: list[Text] = []
        self.owners: list[str] = []
        self._field = field
        self._gold: list[int] = []
        self._stretches: list[tuple[Session, int, int]] = []

    def add(self, entry: Entry) -> None:
        """Adds what one session asks."""
        session, whole, label = entry
        asked = session.asked
        self.texts.extend(asked if isinstance(whole, str) else (with_field(whole, self._field, text) for text in asked))
        self.owners.extend([session.example_id] * len(asked))
        self._stretches.append((session, len(self._gold), len(self.owners)))
        self._gold.extend([label] * len(asked))

    def counts(self, positions: list[int]) -> Iterator[tuple[Session, int]]:
        """Yields each session with how many of the positions are among its texts."""
        stops = np.searchsorted(np.sort(positions), [last for _, _, last in self._stretches])
        counts = np.diff(stops, prepend=0).tolist()
        yield from ((session, count) for (session, _, _), count in zip(self._stretches, counts, strict=True))

    def answer(self, rows: FloatArray, score: Score, *, error: float) -> None:
        """Hands out the answers, logits of shape ``(len(texts), classes)``, with the error of their scores."""
        labels = np.array(self._gold, dtype=np.int64)
        _require_known(labels, rows.shape[1], self.owners)
        scores = score.of(rows, labels).tolist()
        flips = flipped(rows, labels).tolist()
        for session, first, last in self._stretches:
            by_class = score.by_class(rows[first:last]) if session.wants_classes else None
            session.answer(scores[first:last], flips[first:last], error=error, by_class=by_class)


def _nothing() -> None:
    """Hands out no answer."""


def consult(sessions: Iterable[Session]) -> None:
    """Answers questions to others than the victim, each consultant's all at once, until no session has any left."""
    waiting = [session for session in sessions if session.consulting]
    while waiting:
        by_consultant: dict[Consultant, list[tuple[Session, Sequence[Any]]]] = {}
        for session in waiting:
            if question := session.consulting:
                by_consultant.setdefault(question.consultant, []).append((session, question.questions))
        for consultant, asking in by_consultant.items():
            replies = consultant.answer([question for _, questions in asking for question in questions])
            first = 0
            for session, questions in asking:
                session.reply(replies[first : first + len(questions)])
                first += len(questions)
        waiting = [session for session in waiting if session.consulting]


def _require_known(labels: IntArray, classes: int, owners: list[str]) -> None:
    unknown = (labels < 0) | (labels >= classes)
    if unknown.any():
        at = int(unknown.argmax())
        raise AttackError(f"Example {owners[at]!r} has label {labels[at]}, but the victim knows 0 to {classes - 1}.")
