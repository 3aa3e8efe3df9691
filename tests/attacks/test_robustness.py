import json
from dataclasses import replace

import pytest
from scipy.stats import binomtest

from rosearch.attacks import AttackResult, DeepWordBug, MarginScore, ProbabilityScore, Robustness, lower_of
from rosearch.attacks.result import Status
from rosearch.attacks.wilson import wilson


def result(number: int, status: Status, *, label: int = 0, falls: tuple[int, ...] = ()) -> AttackResult:
    return AttackResult(
        example_id=str(number),
        status=status,
        original="a b c d",
        adversarial="a b c d" if status == "skipped" else "a b x d",
        label=label,
        prediction_before=label if status != "skipped" else 1 - label,
        prediction_after=label if status == "failed" else 1 - label,
        score_before=-1.0,
        score_after=0.5,
        queries=1 if status == "skipped" else 20,
        computed_queries=1,
        words=4,
        changed=() if status == "skipped" else (2,),
        falls_within={budget: status == "skipped" or budget in falls for budget in (10, 40)},
    )


RESULTS = (
    result(0, "failed"),
    result(1, "failed", label=1),
    result(2, "success", falls=(10, 40)),
    result(3, "success", label=1, falls=(40,)),
    result(4, "skipped", label=1),
)


def figures(results: tuple[AttackResult, ...] = RESULTS) -> Robustness:
    return Robustness.of(results, attack=DeepWordBug(), score=MarginScore(scale=2.0), seed=7)


def test_shares_have_their_denominators() -> None:
    robustness = figures()
    assert (robustness.n, robustness.correct, robustness.robust) == (5, 4, 2)
    assert robustness.clean_accuracy == 0.8
    assert robustness.robust_accuracy == 0.4
    assert robustness.robust_of_correct == robustness.attack_success_rate == 0.5
    assert robustness.mean_queries == 20
    assert robustness.mean_perturbed_percent == 25


def test_the_budget_curve_counts_misclassified_texts_as_lost() -> None:
    robustness = figures()
    assert robustness.budget_curve == {10: 0.6, 40: 0.4}
    assert robustness.mean_of_budget_curve == pytest.approx((0.6 + 0.4 + 0.4) / 3)


def test_the_worst_class_is_named() -> None:
    robustness = figures()
    assert (robustness.worst_class, robustness.worst_class_accuracy) == (1, pytest.approx(1 / 3))


def test_wilsons_interval() -> None:
    assert wilson(42, 872) == pytest.approx((0.0358, 0.0645), abs=2e-4)
    assert figures().interval == wilson(2, 5)
    assert wilson(5.5, 50)[0] < wilson(6, 50)[0] < wilson(6.5, 50)[0]
    library = binomtest(6, 50).proportion_ci(method="wilson")
    assert wilson(6, 50) == pytest.approx((library.low, library.high), abs=1e-12)
    assert wilson(0, 10)[0] == 0.0


def test_figures_carry_their_provenance() -> None:
    robustness = figures()
    assert robustness.recipe["kind"] == "deepwordbug"
    assert robustness.score == {"scale": 2.0, "resolution": 2.0**-10, "kind": "margin"}
    assert robustness.seed == 7
    assert robustness.examples != figures(RESULTS[:4]).examples


def test_the_lower_figure_is_quoted() -> None:
    high = figures()
    low = figures((replace(RESULTS[0], status="success"), *RESULTS[1:]))
    assert lower_of(high, low) == lower_of(low, high) == low
    flatter = figures(
        (RESULTS[0], RESULTS[1], RESULTS[2], replace(RESULTS[3], falls_within={10: True, 40: True}), RESULTS[4])
    )
    quoted = lower_of(high, flatter)
    assert quoted.robust_accuracy == flatter.robust_accuracy
    assert all(quoted.budget_curve[b] == min(high.budget_curve[b], flatter.budget_curve[b]) for b in high.budget_curve)
    assert quoted.mean_of_budget_curve <= min(high.mean_of_budget_curve, flatter.mean_of_budget_curve)
    with pytest.raises(ValueError, match="different examples"):
        lower_of(high, figures(RESULTS[:4]))


def test_nothing_attacked_gives_zeros_not_errors() -> None:
    robustness = figures((RESULTS[4],))
    assert (robustness.robust_of_correct, robustness.attack_success_rate, robustness.mean_queries) == (0.0, 0.0, 0.0)


def test_results_must_exist_and_agree() -> None:
    with pytest.raises(ValueError, match="at least one"):
        figures(())
    with pytest.raises(ValueError, match="budgets"):
        figures((RESULTS[0], replace(RESULTS[1], falls_within={})))


def test_records_come_back() -> None:
    robustness = Robustness.of(RESULTS, attack=DeepWordBug(), score=ProbabilityScore(), seed=0)
    assert Robustness.from_record(json.loads(json.dumps(robustness.to_record()))) == robustness
