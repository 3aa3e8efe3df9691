"""A model beside texts that fooled others: what masks its scores stops the attack, and falls to them all the same."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from rosearch.attacks import AttackResult, DeepWordBug, MarginScore
from rosearch.attacks.transfer_figures import TransferFigures, transfer_figures
from rosearch.core.protocols import FloatArray, Text, Victim
from rosearch.testing.attack_conformance import SENTENCES, HashedWords

TEXTS = tuple(f"{sentence} , no. {at}" for at in range(8) for sentence in SENTENCES if sentence)
LABELS = HashedWords().labels(TEXTS)


@dataclass(frozen=True)
class Masked:
    """The toy victim, its scores constant for each answer, so that no attack sees where it leads."""

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        logits = HashedWords().logits(texts)
        return np.where(logits == logits.max(axis=1, keepdims=True), 1.0, -1.0)


def attacked(victim: Victim, *, ids: str = "text") -> tuple[AttackResult, ...]:
    names = [f"{ids}-{at}" for at in range(len(TEXTS))]
    return DeepWordBug().run(victim, TEXTS, LABELS, example_ids=names, score=MarginScore(), seeds=3)


@pytest.fixture(scope="module")
def open_() -> tuple[AttackResult, ...]:
    return attacked(HashedWords(), ids="other")


@pytest.fixture(scope="module")
def masked() -> tuple[AttackResult, ...]:
    return attacked(Masked())


def figures(victim: Victim, direct: Sequence[AttackResult], others: Sequence[AttackResult]) -> TransferFigures:
    (found,) = transfer_figures(
        victim, {"deepwordbug": direct}, {"deepwordbug": others}, scores={"deepwordbug": "margin"}
    )
    return found


def test_a_model_that_masks_its_scores_is_flagged_and_falls_to_the_texts_of_the_open_one(
    masked: tuple[AttackResult, ...], open_: tuple[AttackResult, ...]
) -> None:
    found = figures(Masked(), masked, open_)
    fooled = sum(result.status == "success" for result in open_)
    assert found.n == len(TEXTS)
    assert found.with_texts == fooled == found.falls_to_transfer > found.falls_directly
    lost = [mine.status == "success" or other.status == "success" for mine, other in zip(masked, open_, strict=True)]
    assert found.falls_to_either == sum(lost)
    assert found.robust_accuracy_with_transfer == pytest.approx(1 - sum(lost) / len(TEXTS))
    (flag,) = found.flags
    assert flag.name == "transfer_wins"
    assert flag.value == pytest.approx((found.falls_to_transfer - found.falls_directly) / found.n)
    record = found.to_record()
    assert json.loads(json.dumps(record)) == record


def test_the_open_model_is_not_flagged(masked: tuple[AttackResult, ...], open_: tuple[AttackResult, ...]) -> None:
    found = figures(HashedWords(), open_, masked)
    assert found.flags == ()
    assert found.falls_to_either >= found.falls_directly > found.falls_to_transfer


def test_what_is_wrong_before_has_fallen_and_is_not_asked(open_: tuple[AttackResult, ...]) -> None:
    skipped = [replace(result, status="skipped", adversarial=result.original) for result in open_]
    found = figures(HashedWords(), skipped, open_)
    assert found.falls_directly == found.falls_to_transfer == found.falls_to_either == found.n
    assert found.flags == ()


def test_without_a_text_in_common_nothing_falls_to_transfer(masked: tuple[AttackResult, ...]) -> None:
    strange = [replace(result, original="another text", status="success") for result in masked]
    found = figures(Masked(), masked, strange)
    wrong_before = sum(result.status == "skipped" for result in masked)
    assert (found.with_texts, found.falls_to_transfer) == (0, wrong_before)
    assert found.falls_to_either == found.falls_directly
