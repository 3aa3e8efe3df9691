"""A model after all attacks of one measurement: each recipe by each score, less what a search leaves out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, final

import numpy as np

from rosearch.attacks.attack import Attack
from rosearch.attacks.flags import Flag
from rosearch.attacks.goal import Score
from rosearch.attacks.result import AttackResult
from rosearch.attacks.robustness import Robustness
from rosearch.attacks.sample import Sample
from rosearch.core.rng import SeedTree
from rosearch.fitness.attacking import Attacking
from rosearch.fitness.diagnosis import attack_flags
from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.precedents import Precedents
from rosearch.fitness.shortcuts.cheap_order import CheapOrder
from rosearch.fitness.shortcuts.informative_subset import InformativeSubset
from rosearch.fitness.shortcuts.racing import Racing
from rosearch.fitness.shortcuts.shortcut import find
from rosearch.fitness.shortcuts.transfer import Transfer


@final
@dataclass(frozen=True, kw_only=True)
class Attacked:
    """What attacks did to a model.

    Args:
        results: The outcome of each attacked text, by ``"<attack>-<score>"``.
        sample: Which texts of the list were attacked, and what they stand for.
        robustness: One record for each attack and score, in the order of the fidelity.
        flags: Signs that a figure is not what it seems.
        shortcuts: By kind, the settings of what was left out, and what came of it.
    """

    results: Mapping[str, tuple[AttackResult, ...]]
    sample: Sample
    robustness: tuple[Robustness, ...]
    flags: tuple[Flag, ...]
    shortcuts: Mapping[str, Mapping[str, Any]]

    @cached_property
    def resistance(self) -> tuple[float, ...]:
        """For each attacked text the share of query budgets, no limit counted as one, that it resists in the mean."""
        return resistance_of(self.results)


def resistance_of(results: Mapping[str, Sequence[AttackResult]]) -> tuple[float, ...]:
    """Returns for each text the share of query budgets, no limit counted as one, that it resists in the mean.

    Args:
        results: The outcome of each text, by attack and score.
    """
    if not results:
        return ()
    outcomes = [
        [[*(not falls for falls in result.falls_within.values()), result.robust] for result in found]
        for found in results.values()
    ]
    return tuple(np.mean(outcomes, axis=(0, 2)).tolist())


def attacked_by(
    attacking: Attacking,
    fidelity: Fidelity,
    scores: Mapping[str, Score],
    *,
    precedents: Precedents,
) -> Attacked:
    """Attacks a model with everything that a fidelity names.

    Args:
        attacking: The model and the texts.
        fidelity: Attacks, scores and shortcuts.
        scores: The scores by name.
        precedents: What shortcuts may know of earlier trials.
    """
    attacks = _Attacks(attacking, fidelity, scores, precedents)
    results, sample = attacks.results()
    records: list[Robustness] = []
    flags: list[Flag] = []
    settings = tuple(shortcut.to_config() for shortcut in fidelity.shortcuts)
    for attack in fidelity.attacks:
        found = {kind: results[_name(attack, score)] for kind, score in scores.items()}
        for kind, outcome in found.items():
            part = None if sample.complete else sample
            figures = Robustness.of(outcome, attack=attack, score=scores[kind], seed=attacking.seed, sample=part)
            records.append(replace(figures, shortcuts=settings))
        flags += attack_flags(attacking, attack, scores, found, thorough=fidelity.name == "full")
    return Attacked(
        results=results, sample=sample, robustness=tuple(records), flags=tuple(flags), shortcuts=attacks.accounts
    )


@final
class _Attacks:
    """All attacks on one model, with the shortcuts of a fidelity.

    Args:
        attacking: The model and the texts.
        fidelity: Attacks and shortcuts.
        scores: The scores by name.
        precedents: What shortcuts may know of earlier trials.
    """

    def __init__(
        self, attacking: Attacking, fidelity: Fidelity, scores: Mapping[str, Score], precedents: Precedents
    ) -> None:
        self._attacking, self._fidelity, self._precedents = attacking, fidelity, precedents
        self._pairs = [(attack, score) for attack in fidelity.attacks for score in scores.values()]
        self._seeds = SeedTree(attacking.seed).child("shortcuts", precedents.candidate)
        self.accounts: dict[str, Mapping[str, Any]] = {each.kind: each.to_config() for each in fidelity.shortcuts}

    def results(self) -> tuple[dict[str, tuple[AttackResult, ...]], Sample]:
        """Carries out the attacks; returns the outcomes by attack and score, and which texts they are of."""
        total = len(self._attacking.names)
        if racing := find(self._fidelity.shortcuts, Racing):
            found, sample = self._raced(racing)
        else:
            sample = Sample.of_one_stratum(range(total), total)
            if subset := find(self._fidelity.shortcuts, InformativeSubset):
                sample = subset.draw(total, self._precedents, rng=self._seeds.child(subset.kind).generator())
                self.accounts[subset.kind] = subset.to_config() | subset.account(sample)
            found = self._on(sample.places)
        if transfer := find(self._fidelity.shortcuts, Transfer):
            self.accounts[transfer.kind] = transfer.to_config() | transfer.account(found, self._precedents)
        return found, sample

    def _raced(self, racing: Racing) -> tuple[dict[str, tuple[AttackResult, ...]], Sample]:
        total = len(self._attacking.names)
        to_beat = racing.to_beat(self._precedents)
        order = self._seeds.child(racing.kind).generator().permutation(total).tolist()
        by_place: dict[int, dict[str, AttackResult]] = {}
        resistance: list[float] = []
        for start in range(0, total, racing.portion):
            portion = order[start : start + racing.portion]
            found = self._on(portion)
            resistance += resistance_of(found)
            for at, place in enumerate(portion):
                by_place[place] = {name: results[at] for name, results in found.items()}
            if racing.is_lost(resistance, total=total, to_beat=to_beat):
                break
        self.accounts[racing.kind] = racing.to_config() | racing.account(resistance, total=total, to_beat=to_beat)
        sample = Sample.of_one_stratum(tuple(by_place), total)
        names = [_name(attack, score) for attack, score in self._pairs]
        return {name: tuple(by_place[place][name] for place in sample.places) for name in names}, sample

    def _on(self, places: Iterable[int]) -> dict[str, tuple[AttackResult, ...]]:
        """Carries out the attacks on some of the texts, in the order given."""
        attacking = self._attacking.on(list(places))
        return {_name(attack, score): self._outcomes(attacking, attack, score) for attack, score in self._pairs}

    def _outcomes(self, attacking: Attacking, attack: Attack, score: Score) -> tuple[AttackResult, ...]:
        cheap = find(self._fidelity.shortcuts, CheapOrder)
        known = self._to_ask.get(_name(attack, score))
        return attacking.run(attack, score, order=cheap.order if cheap else "importance", known=known)

    @cached_property
    def _to_ask(self) -> dict[str, dict[str, list[AttackResult]]]:
        """What fooled earlier trials, by attack and score and by example id."""
        transfer = find(self._fidelity.shortcuts, Transfer)
        names = [_name(attack, score) for attack, score in self._pairs]
        return {name: transfer.to_ask(name, self._precedents) for name in names} if transfer else {}


def _name(attack: Attack, score: Score) -> str:
    return f"{attack.name}-{score.to_config()['kind']}"
