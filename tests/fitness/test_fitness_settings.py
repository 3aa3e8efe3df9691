"""What a study measures: fidelities, and settings that cannot be."""

from typing import Any

import pytest

from rosearch.attacks.deepwordbug import DeepWordBug
from rosearch.attacks.pwws import PWWS
from rosearch.distillation.hard_labels import HardLabels
from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.fitness import Fitness


def test_the_search_sees_dev_and_the_finals_test_and_the_unseen_attack() -> None:
    fitness = Fitness(share=0.3, dev_examples=7, test_examples=9)
    assert fitness.search_fidelity == Fidelity(
        name="search", share=0.3, split="dev", examples=7, attacks=(PWWS(),), scores=("margin",), screening="auto"
    )
    assert fitness.full_fidelity == Fidelity(
        name="full",
        share=1.0,
        split="test",
        examples=9,
        attacks=(PWWS(), DeepWordBug()),
        scores=("margin", "probability"),
    )


def test_strings_and_lists_are_welcome() -> None:
    fitness = Fitness(scheme="hard_labels", attacks=["deepwordbug"], unseen=["pwws"])  # type: ignore[arg-type]
    assert fitness == Fitness(scheme=HardLabels(), attacks=(DeepWordBug(),), unseen=(PWWS(),))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"attacks": ()}, "at least one attack"),
        ({"share": 0.0}, "share must be in"),
        ({"share": 1.1}, "share must be in"),
        ({"dev_examples": 0}, "must be positive"),
        ({"test_examples": 0}, "must be positive"),
        ({"budgets": (20, 10)}, "positive and ascending"),
        ({"budgets": (10, 10)}, "positive and ascending"),
        ({"budgets": (0, 10)}, "positive and ascending"),
        ({"attacks": ("pwws", "pwws")}, "2 attacks named 'pwws'"),
        ({"attacks": ("deepwordbug",)}, "2 attacks named 'deepwordbug'"),
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Fitness(**fields)


def test_a_fidelity_with_two_attacks_of_a_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="2 attacks named 'pwws'"):
        Fidelity(name="full", share=1.0, split="dev", examples=1, attacks=(PWWS(), PWWS()), scores=("margin",))
