"""What a set of attack results says about a model, with its interval and its provenance."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import NormalDist
from typing import Any, final

from rosearch.attacks.attack import Attack
from rosearch.attacks.goal import Score
from rosearch.attacks.result import AttackResult
from rosearch.core.fingerprint import fingerprint_texts

# Never quoted apart from these: recipe, score, seed, which examples, how many, interval.


@final
@dataclass(frozen=True, kw_only=True)
class Robustness:
    """Robust accuracy under one recipe on a fixed list of examples; all shares lie between 0 and 1.

    Args:
        recipe: The attack's configuration.
        score: The score's configuration.
        seed: The seed of the run whose branches the attack drew from.
        examples: Fingerprint of the example ids, in order.
        n: How many examples.
        correct: How many were right before the attack.
        robust: How many were right before and after.
        clean_accuracy: ``correct / n``.
        robust_accuracy: ``robust / n``: an example misclassified before the attack counts as lost.
        interval: Wilson's 95 % interval of ``robust_accuracy``.
        robust_of_correct: ``robust / correct``; 0 where none was right.
        attack_success_rate: ``1 - robust_of_correct``; 0 where nothing was attacked.
        budget_curve: Robust accuracy by nominal queries allowed per text.
        mean_of_budget_curve: Mean of the curve's values and of ``robust_accuracy``, the one without a budget.
        mean_queries: Nominal queries per attacked text.
        mean_computed_queries: Texts that the model itself was asked per attacked text, those answered for another
            text or score before left out.
        mean_perturbed_percent: Words changed, of all words, over successes.
        mean_similarity: Cosine of original and adversarial text over successes, where a constraint has a sentence
            encoder and there is a success.
        worst_class: The label with the lowest robust accuracy; of equal ones the lowest.
        worst_class_accuracy: Its robust accuracy.
        shortcuts: Configurations of what was left out of the attack, as a search may that only chooses; figures with
            other shortcuts, or with none, are other figures.
    """

    recipe: Mapping[str, Any]
    score: Mapping[str, Any]
    seed: int
    examples: str
    n: int
    correct: int
    robust: int
    clean_accuracy: float
    robust_accuracy: float
    interval: tuple[float, float]
    robust_of_correct: float
    attack_success_rate: float
    budget_curve: Mapping[int, float]
    mean_of_budget_curve: float
    mean_queries: float
    mean_perturbed_percent: float
    worst_class: int
    worst_class_accuracy: float
    mean_computed_queries: float | None = None
    mean_similarity: float | None = None
    shortcuts: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def of(cls, results: Sequence[AttackResult], *, attack: Attack, score: Score, seed: int) -> "Robustness":
        """Sums results up.

        Args:
            results: At least one, all with the same budgets.
            attack: The recipe that gave them.
            score: The score that it maximised.
            seed: The run's seed.

        Raises:
            ValueError: If there is no result, or budgets differ.
        """
        if not results or len({tuple(result.falls_within) for result in results}) > 1:
            raise ValueError("Robustness needs at least one result, and the same budgets for all.")
        n = len(results)
        correct = sum(result.status != "skipped" for result in results)
        robust = sum(result.robust for result in results)
        curve = {
            budget: _mean([not result.falls_within[budget] for result in results]) for budget in results[0].falls_within
        }
        worst, worst_accuracy = _worst_class(results)
        attacked = [result for result in results if result.status != "skipped"]
        similarities = [result.similarity for result in results if result.similarity is not None]
        return cls(
            recipe=attack.to_config(),
            score=score.to_config(),
            seed=seed,
            examples=fingerprint_texts(result.example_id for result in results),
            n=n,
            correct=correct,
            robust=robust,
            clean_accuracy=correct / n,
            robust_accuracy=robust / n,
            interval=wilson(robust, n),
            robust_of_correct=robust / correct if correct else 0.0,
            attack_success_rate=1 - robust / correct if correct else 0.0,
            budget_curve=curve,
            mean_of_budget_curve=_mean([*curve.values(), robust / n]),
            mean_queries=_mean([result.queries for result in attacked]),
            mean_perturbed_percent=_mean(
                [100 * len(result.changed) / result.words for result in results if result.status == "success"]
            ),
            mean_computed_queries=_mean([result.computed_queries for result in attacked]),
            mean_similarity=_mean(similarities) if similarities else None,
            worst_class=worst,
            worst_class_accuracy=worst_accuracy,
        )

    def to_record(self) -> dict[str, Any]:
        """Returns plain data for JSON; budgets become strings there."""
        curve = {str(budget): accuracy for budget, accuracy in self.budget_curve.items()}
        listed = {"interval": list(self.interval), "shortcuts": list(self.shortcuts)}
        return {**asdict(self), **listed, "budget_curve": curve}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Robustness":
        """Returns the figures that ``to_record`` made the record of."""
        low, high = record["interval"]
        curve = {int(budget): accuracy for budget, accuracy in record["budget_curve"].items()}
        shortcuts = tuple(record.get("shortcuts", ()))
        return cls(**{**record, "interval": (low, high), "budget_curve": curve, "shortcuts": shortcuts})


def lower_of(first: Robustness, second: Robustness) -> Robustness:
    """Returns the one with the lower robust accuracy: the figure to quote where two scores were used.

    Of equal ones the one with the lower mean of the budget curve, then ``first``. Its budget curve becomes the lower of
    both at each budget, so that no quoted mean is above either one's.

    Args:
        first: Figures under one score.
        second: Figures of the same model under another, on the same examples.

    Raises:
        ValueError: If the examples or the shortcuts differ.
    """
    if first.examples != second.examples:
        raise ValueError("These figures are of different examples; only figures of the same ones can be compared.")
    if first.shortcuts != second.shortcuts:
        raise ValueError("These figures were measured with different shortcuts; only equal ones can be compared.")
    lower = min(first, second, key=lambda figures: (figures.robust_accuracy, figures.mean_of_budget_curve))
    other = second if lower is first else first
    curve = {budget: min(value, other.budget_curve[budget]) for budget, value in lower.budget_curve.items()}
    return replace(lower, budget_curve=curve, mean_of_budget_curve=_mean([*curve.values(), lower.robust_accuracy]))


def wilson(successes: float, n: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Returns Wilson's score interval of a share.

    Written out, since library functions take whole counts only, and the mean of several trainings is none.

    Args:
        successes: How many of ``n``; fractions are allowed.
        n: At least 1.
        confidence: Between 0 and 1.

    References:
        Wilson (1927). Probable Inference, the Law of Succession, and Statistical Inference.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / n
    centre = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2)
    low, high = ((centre + sign * spread) / (1 + z * z / n) for sign in (-1, 1))
    return max(0.0, low) if successes else 0.0, min(1.0, high) if successes < n else 1.0


def _worst_class(results: Sequence[AttackResult]) -> tuple[int, float]:
    by_class: dict[int, list[bool]] = defaultdict(list)
    for result in results:
        by_class[result.label].append(result.robust)
    return min(((label, _mean(robust)) for label, robust in by_class.items()), key=lambda pair: (pair[1], pair[0]))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
