"""Flags: raised by what they name, silent otherwise."""

import numpy as np
import pytest

from rosearch.attacks import DeepWordBug, MarginScore
from rosearch.attacks.flags import LIMITS, Flag, FlagName, flags_of_answers, flags_of_attack, flags_of_transfer
from rosearch.attacks.result import AttackResult, Status
from rosearch.testing.attack_conformance import SENTENCES, HashedWords

RNG = np.random.default_rng(0)
LABELS = RNG.integers(2, size=400)
# Right in four of five, and as sure as that.
LOGITS = np.where((LABELS[:, None] == np.arange(2)) ^ (RNG.random((400, 1)) < 0.2), 0.7, -0.7)


def names(flags: list[Flag]) -> list[FlagName]:
    return [flag.name for flag in flags]


def outcome(name: int, status: Status, **fields: int) -> AttackResult:
    return AttackResult(
        example_id=str(name),
        status=status,
        original="a",
        adversarial="b",
        label=0,
        prediction_before=0,
        prediction_after=int(status == "success"),
        score_before=-1.0,
        score_after=1.0,
        queries=5,
        computed_queries=5,
        words=1,
        changed=(0,),
        **fields,  # type: ignore[arg-type]
    )


def outcomes(robust: int, of: int = 100, **fields: int) -> list[AttackResult]:
    return [outcome(at, "failed" if at < robust else "success", **fields) for at in range(of)]


def test_ordinary_answers_raise_nothing() -> None:
    assert flags_of_answers(LOGITS, LOGITS[:64] + 1e-7, scale=1.4, calibration_error=0.02) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"logits": LOGITS * 100}, "over_confident"),
        ({"calibration_error": 0.2}, "miscalibrated"),
        ({"logits": LOGITS + np.array([3.0, 0.0])}, "constant"),
        ({"again": LOGITS[:64] + 0.01}, "unsteady"),
    ],
)
def test_a_sign_in_the_answers_raises_its_flag(changes: dict[str, object], expected: FlagName) -> None:
    fields = {"logits": LOGITS, "scale": 1.4, "calibration_error": 0.02, **changes}
    again = fields.pop("again", np.array(fields["logits"])[:64])
    (flag,) = flags_of_answers(again=again, **fields)  # type: ignore[arg-type]
    assert flag.name == expected
    assert flag.value > flag.limit == LIMITS[expected]
    assert Flag.from_record(flag.to_record()) == flag


def test_an_ordinary_attack_raises_nothing() -> None:
    direct = outcomes(20, steps=5, flat_steps=1)
    comparisons = {"uncalibrated": outcomes(22), "calibrated": outcomes(20), "shuffled": outcomes(18)}
    assert flags_of_attack("pwws", direct, **comparisons) == []
    assert flags_of_attack("pwws", []) == []


def test_each_disagreement_of_attacks_raises_its_flag() -> None:
    direct = outcomes(20, steps=5, flat_steps=2, exhausted=1)
    flags = flags_of_attack(
        "pwws",
        direct,
        uncalibrated=outcomes(54)[:50],
        calibrated=direct,
        shuffled=outcomes(14),
    )
    found = {flag.name: flag.value for flag in flags}
    assert found == {
        "hidden_by_confidence": pytest.approx(0.6),
        "ranking_misleads": pytest.approx(0.06),
        "flat_scores": pytest.approx(0.4),
        "budget_ends": 1.0,
    }
    assert {flag.recipe for flag in flags} == {"pwws"}


def test_texts_of_others_raise_a_flag_only_where_they_do_better() -> None:
    direct = outcomes(20)
    (flag,) = flags_of_transfer("pwws", direct, {str(at) for at in range(12, 100)})
    assert (flag.name, flag.recipe, flag.value) == ("transfer_wins", "pwws", pytest.approx(0.08))
    assert flags_of_transfer("pwws", direct, {str(at) for at in range(30, 100)}) == []
    assert flags_of_transfer("pwws", direct, set()) == []
    assert flags_of_transfer("pwws", [outcome(at, "skipped") for at in range(50)], set()) == []


def test_an_attack_that_may_not_ask_enough_is_flagged() -> None:
    victim = HashedWords()
    texts, labels = SENTENCES, victim.labels(SENTENCES)
    few, all_ = (
        DeepWordBug().run(victim, texts, labels, score=MarginScore(), seeds=0, max_queries=most) for most in (4, None)
    )
    assert "budget_ends" in names(flags_of_attack("deepwordbug", few))
    assert "budget_ends" not in names(flags_of_attack("deepwordbug", all_))


def test_what_may_be_chance_raises_nothing() -> None:
    assert flags_of_attack("pwws", outcomes(4, of=12), shuffled=outcomes(1, of=12)) == []
    turned = [outcome(at, "success" if at < 40 else "failed") for at in range(100)]
    assert flags_of_attack("pwws", outcomes(55), shuffled=turned) == []


def test_every_flag_has_a_sentence_with_its_figure() -> None:
    for name, limit in LIMITS.items():
        sentence = Flag(name=name, value=limit * 1.01, limit=limit, recipe="pwws").sentence
        assert any(character.isdigit() for character in sentence)
        assert "{" not in sentence
