"""What a model withstands of an attack and of the texts that the same attack fooled other models with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, final

import numpy as np

from rosearch.attacks.checked_victim import CheckedVictim
from rosearch.attacks.flags import Flag, flags_of_transfer
from rosearch.attacks.goal import MarginScore
from rosearch.attacks.query_cache import QueryCache
from rosearch.attacks.result import AttackResult
from rosearch.attacks.transfer import texts_of_others, transferred
from rosearch.attacks.wilson import wilson
from rosearch.core.protocols import Victim


@final
@dataclass(frozen=True, kw_only=True)
class TransferFigures:
    """One attack on one model, beside texts that fooled others. What is wrong before any attack counts as fallen.

    Args:
        attack: The attack's name.
        score: The kind of score by which the model was attacked itself.
        n: Examples.
        with_texts: Examples for which there is a text that fooled another model; the others do not fall to transfer.
        falls_directly: Examples that fall to the attack itself.
        falls_to_transfer: Examples that fall to a text that fooled another model.
        falls_to_either: Examples that fall to one or both.
        flags: A sign that the direct figure is not what it seems, where there is one.
    """

    attack: str
    score: str
    n: int
    with_texts: int
    falls_directly: int
    falls_to_transfer: int
    falls_to_either: int
    flags: tuple[Flag, ...] = ()

    @property
    def robust_accuracy(self) -> float:
        """The share that stays right under the attack itself."""
        return 1 - self.falls_directly / self.n

    @property
    def robust_accuracy_with_transfer(self) -> float:
        """The share that stays right under the attack and under all texts of others."""
        return 1 - self.falls_to_either / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of ``robust_accuracy_with_transfer``."""
        return wilson(self.n - self.falls_to_either, self.n)

    def to_record(self) -> dict[str, Any]:
        """Returns plain data for JSON."""
        return {
            **asdict(self),
            "flags": [flag.to_record() for flag in self.flags],
            "robust_accuracy_with_transfer": self.robust_accuracy_with_transfer,
            "interval": list(self.interval),
        }


def transfer_figures(
    victim: Victim,
    results: Mapping[str, Sequence[AttackResult]],
    others: Mapping[str, Iterable[AttackResult]],
    *,
    scores: Mapping[str, str],
) -> list[TransferFigures]:
    """Asks a model the texts that fooled others, attack by attack.

    Args:
        victim: The model.
        results: By attack, what became of each example, at least one, when the model was attacked itself.
        others: By attack, outcomes on other models; an attack without any has no figures.
        scores: By attack, the kind of score of ``results``.
    """
    checked = CheckedVictim(victim, batch_size=None, cache=QueryCache())
    return [
        _figures(checked, attack, direct, others[attack], score=scores[attack])
        for attack, direct in results.items()
        if attack in others
    ]


def _figures(
    victim: CheckedVictim, attack: str, direct: Sequence[AttackResult], others: Iterable[AttackResult], *, score: str
) -> TransferFigures:
    known = texts_of_others(direct, others)
    asked = [result for result in direct if result.example_id in known and result.status != "skipped"]
    fallen = transferred(
        victim,
        [result.original for result in asked],
        np.array([result.label for result in asked], dtype=np.int64),
        [result.example_id for result in asked],
        known=known,
        score=MarginScore(),
    )
    lost = {result.example_id for result in direct if not result.robust}
    wrong = {result.example_id for result in direct if result.status == "skipped"}
    return TransferFigures(
        attack=attack,
        score=score,
        n=len(direct),
        with_texts=len(known),
        falls_directly=len(lost),
        falls_to_transfer=len(wrong | fallen.keys()),
        falls_to_either=len(lost | fallen.keys()),
        flags=tuple(flags_of_transfer(attack, direct, fallen.keys())),
    )
