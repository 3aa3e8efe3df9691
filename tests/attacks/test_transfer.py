"""Texts that fooled another model: what falls to them really falls, and the rest is left to the attack."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from rosearch.attacks import AttackResult, DeepWordBug, MarginScore, QueryCache
from rosearch.attacks.checked_victim import CheckedVictim
from rosearch.attacks.transfer import transferred
from rosearch.core.protocols import FloatArray, Text
from rosearch.testing.attack_conformance import SENTENCES, HashedWords

NAMES = [f"text-{at}" for at in range(len(SENTENCES))]
LABELS = HashedWords().labels(SENTENCES)


@dataclass(frozen=True)
class Leaning:
    """The toy victim, with a leaning to class 1."""

    by: float

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        return HashedWords().logits(texts) + np.array([0.0, self.by])


@pytest.fixture(scope="module")
def found() -> tuple[AttackResult, ...]:
    return DeepWordBug().run(
        HashedWords(), SENTENCES, LABELS, example_ids=NAMES, score=MarginScore(), seeds=3, budgets=(5, 20)
    )


def ask(victim: Leaning, *sources: Sequence[AttackResult]) -> dict[str, AttackResult]:
    checked = CheckedVictim(victim, batch_size=None, cache=QueryCache())
    known = {name: [results[at] for results in sources] for at, name in enumerate(NAMES)}
    return transferred(checked, SENTENCES, np.array(LABELS), NAMES, known=known, score=MarginScore())


def test_the_same_model_falls_to_the_same_texts_at_the_same_cost(found: tuple[AttackResult, ...]) -> None:
    fallen = ask(Leaning(0.0), found)
    successes = {result.example_id: result for result in found if result.status == "success"}
    assert successes
    assert fallen.keys() == successes.keys()
    for name, result in fallen.items():
        own = replace(successes[name], transferred=True, computed_queries=1)
        assert result == replace(own, score_before=result.score_before, score_after=result.score_after)


@pytest.mark.parametrize("by", [-1.5, 1.5])
def test_what_falls_is_right_before_and_wrong_after(found: tuple[AttackResult, ...], by: float) -> None:
    victim = Leaning(by)
    fallen = ask(victim, found)
    right = {
        name for name, row, label in zip(NAMES, victim.logits(SENTENCES), LABELS, strict=True) if row.argmax() == label
    }
    successes = {result.example_id: result.adversarial for result in found if result.status == "success"}
    after = dict(zip(successes, victim.logits(list(successes.values())).argmax(axis=1), strict=True))
    assert fallen.keys() == {name for name in successes if name in right and after[name] != LABELS[NAMES.index(name)]}
    assert 0 < len(fallen) < len(successes)
    assert all(result.prediction_after == after[name] for name, result in fallen.items())
    assert all(result.score_after > 0 > result.score_before for result in fallen.values())


def test_texts_are_asked_in_turn_until_one_fools_it(found: tuple[AttackResult, ...]) -> None:
    harmless = [
        replace(result, adversarial=result.original, status="success", queries=1, changed=()) for result in found
    ]
    fallen = ask(Leaning(0.0), harmless, found, harmless)
    assert fallen.keys() == ask(Leaning(0.0), found).keys()
    assert {result.computed_queries for result in fallen.values()} == {2}


def test_what_was_made_of_another_text_is_not_asked(found: tuple[AttackResult, ...]) -> None:
    others = [replace(result, original="another text") for result in found]
    assert ask(Leaning(0.0), others, [replace(result, status="failed") for result in found]) == {}
