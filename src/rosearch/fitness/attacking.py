"""Attacks of one model on one list of texts, a portion at a time where outcomes are kept as they come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import final

import numpy as np

from rosearch.attacks.attack import Attack
from rosearch.attacks.checked_victim import CheckedVictim
from rosearch.attacks.dialogue import Order
from rosearch.attacks.goal import Score
from rosearch.attacks.query_cache import QueryCache
from rosearch.attacks.result import AttackResult
from rosearch.attacks.result_log import ResultLog
from rosearch.attacks.screening import Screening
from rosearch.attacks.transfer import transferred
from rosearch.core.events import Listener, Progress
from rosearch.core.fingerprint import fingerprint
from rosearch.core.protocols import IntArray, Victim
from rosearch.core.rng import SeedTree
from rosearch.data.task import Split

PORTION = 64
"""Texts attacked together and then kept; more of them fill the victim's batches better, fewer lose less in a kill."""


@final
@dataclass(frozen=True, kw_only=True)
class Attacking:
    """A model, the texts that it is attacked on, and what all attacks on it share.

    Args:
        victim: The model.
        examples: What is attacked.
        names: The example ids.
        seed: Of the study; decides the attacks' own randomness.
        attacked_field: Which field of a pair is rewritten.
        budgets: Queries per text at which the budget curve is read.
        screening: Who is asked before it; None for nobody.
        log: Takes each portion's outcomes and knows those of before; None attacks all texts at once.
        known_by: Names in the log what else decides the outcomes: task, and answers of the model.
        listener: Hears the progress.
        cache: What the model has answered.
    """

    victim: Victim
    examples: Split
    names: tuple[str, ...]
    seed: int
    attacked_field: int
    budgets: tuple[int, ...]
    screening: Screening | None
    log: ResultLog | None
    known_by: str
    listener: Listener
    cache: QueryCache = field(default_factory=QueryCache)

    def run(
        self,
        attack: Attack,
        score: Score,
        *,
        order: Order = "importance",
        known: Mapping[str, Sequence[AttackResult]] | None = None,
    ) -> tuple[AttackResult, ...]:
        """Attacks every text, or those that the log does not know; no outcome depends on which are attacked together.

        Args:
            attack: The recipe.
            score: What it climbs.
            order: In which it visits words.
            known: By example id, outcomes of the same attack on other models: what fooled them is asked first, and a
                text that falls to it is not attacked.
        """
        if not known:
            return self._run(attack, score, order)
        victim = CheckedVictim(self.victim, batch_size=None, cache=self.cache)
        labels = self.examples.labels
        fallen = transferred(victim, self.examples.texts, labels, self.names, known=known, score=score)
        rest = self.on([row for row, name in enumerate(self.names) if name not in fallen])
        found = fallen | {result.example_id: result for result in rest._run(attack, score, order)}
        return tuple(found[name] for name in self.names)

    def _run(self, attack: Attack, score: Score, order: Order) -> tuple[AttackResult, ...]:
        run = partial(
            attack.run,
            self.victim,
            score=score,
            seeds=SeedTree(self.seed).child("attack"),
            field=self.attacked_field,
            budgets=self.budgets,
            order=order,
            cache=self.cache,
            screening=self.screening,
        )
        if self.log is None:
            texts, labels = self.examples.texts, self.examples.labels.tolist()
            return run(texts, labels, example_ids=self.names, listener=self.listener)
        decided_by = [attack.fingerprint(), score.to_config(), order, self.seed, self.attacked_field, self.budgets]
        key = fingerprint([*decided_by, self.known_by])
        missing = np.flatnonzero([name not in self.log.known(key) for name in self.names])
        for start in range(0, len(missing), PORTION):
            rows = missing[start : start + PORTION]
            portion = self.examples.take(rows)
            self.log.add(
                key, run(portion.texts, portion.labels.tolist(), example_ids=[self.names[row] for row in rows])
            )
            done = len(self.names) - len(missing) + start + len(rows)
            self.listener(Progress(stage=f"attack {attack.name}", done=done, total=len(self.names), unit="texts"))
        known = self.log.known(key)
        return tuple(known[name] for name in self.names)

    def few(self, count: int) -> "Attacking":
        """Returns attacks on a part of the texts, spread evenly, without query budgets."""
        rows = np.unique(np.linspace(0, len(self.names) - 1, count).round().astype(np.int64))
        return replace(self.on(rows), budgets=())

    def on(self, rows: Sequence[int] | IntArray) -> "Attacking":
        """Returns attacks on some of the texts, in the order given."""
        names = tuple(self.names[row] for row in rows)
        return replace(self, examples=self.examples.take(rows), names=names)
