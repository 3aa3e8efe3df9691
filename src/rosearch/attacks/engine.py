"""Many attacks in lockstep: one list of questions from all live texts, one pass of the victim."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeAlias, final

import numpy as np

from rosearch.attacks.checked_victim import CheckedVictim
from rosearch.attacks.dialogue import Consultant
from rosearch.attacks.goal import Score, flipped
from rosearch.attacks.session import Session
from rosearch.core.errors import AttackError
from rosearch.core.events import Listener, Progress
from rosearch.core.protocols import IntArray, Text

Entry: TypeAlias = tuple[Session, Text, int]
"""A session, the whole text that its field belongs to, and its gold label."""

# So many texts are under attack at once; the rest wait, so that memory does not grow with their number.
_LIVE = 512


ENGINE_VERSION = 1
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
        stage: What to call the work in progress events.
        listener: Hears how many texts are done.
    """

    def __init__(self, victim: CheckedVictim, score: Score, *, stage: str, listener: Listener) -> None:
        self._victim = victim
        self._score = score
        self._stage = stage
        self._listener = listener

    def run(self, sessions: Iterable[Entry], *, total: int, field: int) -> list[Entry]:
        """Runs all sessions and returns them in the order in which they ended.

        Args:
            sessions: What to attack; taken as room frees.
            total: How many there are.
            field: Which field of a pair the sessions rewrite.
        """
        waiting = iter(sessions)
        ended: list[Entry] = []
        live = list(islice(waiting, _LIVE))
        while live:
            consult([session for session, _, _ in live])
            self._round(live, field)
            ended.extend(entry for entry in live if entry[0].ended)
            live = [entry for entry in live if not entry[0].ended]
            live.extend(islice(waiting, _LIVE - len(live)))
            detail = f"{sum(session.queries for session, _, _ in (*ended, *live))} queries"
            self._listener(Progress(stage=self._stage, done=len(ended), total=total, unit="texts", detail=detail))
        return ended

    def _round(self, live: Iterable[Entry], field: int) -> None:
        texts: list[Text] = []
        owners: list[str] = []
        asking: list[tuple[Session, int, int]] = []
        gold: list[int] = []
        for session, whole, label in live:
            if not (asked := session.asked):
                continue  # it ended without another question to the victim
            texts.extend(asked if isinstance(whole, str) else (with_field(whole, field, text) for text in asked))
            owners.extend([session.example_id] * len(asked))
            asking.append((session, len(owners) - len(asked), len(owners)))
            gold.extend([label] * len(asked))
        if not texts:
            return
        rows, computed = self._victim.logits(texts, owners)
        labels = np.array(gold, dtype=np.int64)
        _require_known(labels, rows.shape[1], owners)
        scores = self._score.of(rows, labels).tolist()
        flips = flipped(rows, labels).tolist()
        computed.sort()
        for (session, first, last), fresh in zip(asking, _counts(computed, asking), strict=True):
            session.computed_queries += fresh
            session.answer(scores[first:last], flips[first:last])


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


def with_field(whole: Text, field: int, text: str) -> Text:
    """Returns ``whole`` with one field replaced."""
    if isinstance(whole, str):
        return text
    return (text, whole[1]) if field == 0 else (whole[0], text)


def _require_known(labels: IntArray, classes: int, owners: list[str]) -> None:
    unknown = (labels < 0) | (labels >= classes)
    if unknown.any():
        at = int(unknown.argmax())
        raise AttackError(f"Example {owners[at]!r} has label {labels[at]}, but the victim knows 0 to {classes - 1}.")


def _counts(positions: list[int], asking: list[tuple[Session, int, int]]) -> Iterator[int]:
    """Counts the sorted positions in each session's stretch."""
    stops = np.searchsorted(positions, [last for _, _, last in asking])
    yield from np.diff(stops, prepend=0).tolist()
