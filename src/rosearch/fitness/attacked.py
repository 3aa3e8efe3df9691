"""A model after all attacks of one measurement: each recipe by each score, less what a search leaves out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, final

from rosearch.attacks.attack import Attack
from rosearch.attacks.dialogue import Order
from rosearch.attacks.flags import Flag
from rosearch.attacks.goal import Score
from rosearch.attacks.result import AttackResult
from rosearch.attacks.robustness import Robustness
from rosearch.fitness.attacking import Attacking
from rosearch.fitness.diagnosis import attack_flags
from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.shortcuts.cheap_order import CheapOrder
from rosearch.fitness.shortcuts.precedents import Precedents
from rosearch.fitness.shortcuts.shortcut import find
from rosearch.fitness.shortcuts.transfer import Transfer


@final
@dataclass(frozen=True, kw_only=True)
class Attacked:
    """What attacks did to a model.

    Args:
        results: The outcome of each text, by ``"<attack>-<score>"``.
        robustness: One record for each attack and score, in the order of the fidelity.
        flags: Signs that a figure is not what it seems.
        shortcuts: By kind, the settings of what was left out, and what came of it.
    """

    results: Mapping[str, tuple[AttackResult, ...]] = field(default_factory=dict)
    robustness: tuple[Robustness, ...] = ()
    flags: tuple[Flag, ...] = ()
    shortcuts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def attacked_by(
    attacking: Attacking, fidelity: Fidelity, scores: Mapping[str, Score], *, precedents: Precedents
) -> Attacked:
    """Attacks a model with everything that a fidelity names.

    Args:
        attacking: The model and the texts.
        fidelity: Attacks, scores and shortcuts.
        scores: The scores by name.
        precedents: What shortcuts may know of earlier trials.
    """
    results: dict[str, tuple[AttackResult, ...]] = {}
    records: list[Robustness] = []
    flags: list[Flag] = []
    settings = tuple(shortcut.to_config() for shortcut in fidelity.shortcuts)
    for attack in fidelity.attacks:
        found = {kind: _outcomes(attacking, attack, score, fidelity, precedents) for kind, score in scores.items()}
        for kind, outcome in found.items():
            results[_name(attack, scores[kind])] = outcome
            figures = Robustness.of(outcome, attack=attack, score=scores[kind], seed=attacking.seed)
            records.append(replace(figures, shortcuts=settings))
        flags += attack_flags(attacking, attack, scores, found, thorough=fidelity.name == "full", transferred={})
    return Attacked(
        results=results,
        robustness=tuple(records),
        flags=tuple(flags),
        shortcuts=_accounts(fidelity, results, precedents),
    )


def _outcomes(
    attacking: Attacking, attack: Attack, score: Score, fidelity: Fidelity, precedents: Precedents
) -> tuple[AttackResult, ...]:
    cheap, transfer = find(fidelity.shortcuts, CheapOrder), find(fidelity.shortcuts, Transfer)
    order: Order = cheap.order if cheap else "importance"
    known = transfer.to_ask(_name(attack, score), precedents) if transfer else None
    return attacking.run(attack, score, order=order, known=known)


def _accounts(
    fidelity: Fidelity, results: Mapping[str, tuple[AttackResult, ...]], precedents: Precedents
) -> dict[str, Mapping[str, Any]]:
    accounts: dict[str, Mapping[str, Any]] = {each.kind: each.to_config() for each in fidelity.shortcuts}
    if transfer := find(fidelity.shortcuts, Transfer):
        accounts[transfer.kind] = transfer.to_config() | transfer.account(results, precedents)
    return accounts


def _name(attack: Attack, score: Score) -> str:
    return f"{attack.kind}-{score.to_config()['kind']}"
