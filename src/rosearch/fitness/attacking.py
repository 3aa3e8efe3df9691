"""An attack on a list of texts, a portion at a time where its outcomes are kept as they come."""

from collections.abc import Callable, Sequence

import numpy as np

from rosearch.attacks.result import AttackResult
from rosearch.attacks.result_log import ResultLog
from rosearch.core.events import Listener, Progress
from rosearch.data.task import Split

PORTION = 64
"""Texts attacked together and then kept; more of them fill the victim's batches better, fewer lose less in a kill."""


def carry_out(
    run: Callable[..., tuple[AttackResult, ...]],
    examples: Split,
    names: Sequence[str],
    *,
    log: ResultLog | None,
    key: str,
    stage: str,
    listener: Listener,
) -> tuple[AttackResult, ...]:
    """Attacks every text, or those that a log does not know.

    Args:
        run: ``Attack.run`` with all but texts, labels, example ids and listener; no outcome depends on which texts are
            attacked together.
        examples: What to attack.
        names: The example ids.
        log: Takes each portion's outcomes; None attacks all texts at once.
        key: Names in the log everything that decides the outcomes, the model aside.
        stage: What progress events call the attack.
        listener: Hears the progress.
    """
    if log is None:
        return run(examples.texts, examples.labels.tolist(), example_ids=names, listener=listener)
    missing = np.array([row for row, name in enumerate(names) if name not in log.known(key)], dtype=np.int64)
    done = len(names) - len(missing)
    for start in range(0, len(missing), PORTION):
        rows = missing[start : start + PORTION]
        portion = examples.take(rows)
        log.add(key, run(portion.texts, portion.labels.tolist(), example_ids=[names[row] for row in rows]))
        done += len(rows)
        listener(Progress(stage=stage, done=done, total=len(names), unit="texts"))
    known = log.known(key)
    return tuple(known[name] for name in names)
