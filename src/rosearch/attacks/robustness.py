"""What a set of attack results says about a model, with its interval and its provenance."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, final

from rosearch.attacks.attack import Attack, name_of
from rosearch.attacks.goal import Score
from rosearch.attacks.result import AttackResult
from rosearch.attacks.sample import Sample
from rosearch.attacks.wilson import wilson
from rosearch.core.fingerprint import fingerprint_texts

# Never quoted apart from these: recipe, score, seed, which examples, how many, interval.


@final
@dataclass(frozen=True, kw_only=True)
class Robustness:
    """Robust accuracy under one recipe on a fixed list of examples; all shares lie between 0 and 1.

    Where only a sample of the list was attacked, ``n``, ``correct`` and ``robust`` count attacked examples, and shares
    and means are estimates over the whole list.

    Args:
        recipe: The attack's configuration.
        score: The score's configuration.
        seed: The seed of the run whose branches the attack drew from.
        examples: Fingerprint of the example ids, in order.
        n: How many examples were attacked.
        correct: How many were right before the attack.
        robust: How many were right before and after.
        clean_accuracy: ``correct / n``.
        robust_accuracy: ``robust / n``: an example misclassified before the attack counts as lost.
        interval: Wilson's 95 % interval of ``robust_accuracy``; of a sample see ``Sample.interval``.
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

    @property
    def attack(self) -> str:
        """The attack's name, by which figures go."""
        return name_of(self.recipe)

    @classmethod
    def of(
        cls,
        results: Sequence[AttackResult],
        *,
        attack: Attack,
        score: Score,
        seed: int,
        sample: Sample | None = None,
    ) -> "Robustness":
        """Sums results up.

        Args:
            results: At least one, all with the same budgets.
            attack: The recipe that gave them.
            score: The score that it maximised.
            seed: The run's seed.
            sample: Where these are results of part of a list, which part; None where they are the list.

        Raises:
            ValueError: If there is no result, or budgets differ.
        """
        if not results or len({tuple(result.falls_within) for result in results}) > 1:
            raise ValueError("Robustness needs at least one result, and the same budgets for all.")
        weighed = _Weighed(results, [1.0] * len(results) if sample is None else sample.weights.tolist())
        n, robust = len(results), sum(result.robust for result in results)
        correct = sum(map(_attacked, results))
        robust_accuracy = weighed.mean(lambda result: result.robust)
        robust_of_correct = weighed.mean(lambda result: result.robust, among=_attacked)
        curve = {budget: weighed.mean(_resists_within(budget)) for budget in results[0].falls_within}
        worst, worst_accuracy = weighed.worst_class()
        return cls(
            recipe=attack.to_config(),
            score=score.to_config(),
            seed=seed,
            examples=fingerprint_texts(result.example_id for result in results),
            n=n,
            correct=correct,
            robust=robust,
            clean_accuracy=weighed.mean(_attacked),
            robust_accuracy=robust_accuracy,
            interval=wilson(robust, n) if sample is None else sample.interval([result.robust for result in results]),
            robust_of_correct=robust_of_correct,
            attack_success_rate=1 - robust_of_correct if correct else 0.0,
            budget_curve=curve,
            mean_of_budget_curve=_mean_of_curve(curve, robust_accuracy),
            mean_queries=weighed.mean(lambda result: result.queries, among=_attacked),
            mean_perturbed_percent=weighed.mean(lambda result: 100 * len(result.changed) / result.words, among=_fallen),
            mean_computed_queries=weighed.mean(lambda result: result.computed_queries, among=_attacked),
            mean_similarity=weighed.mean(lambda result: result.similarity or 0.0, among=_compared)
            if any(map(_compared, results))
            else None,
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
    return replace(lower, budget_curve=curve, mean_of_budget_curve=_mean_of_curve(curve, lower.robust_accuracy))


def _mean_of_curve(curve: Mapping[int, float], unlimited: float) -> float:
    values = [*curve.values(), unlimited]
    return sum(values) / len(values)


def _attacked(result: AttackResult) -> bool:
    return result.status != "skipped"


def _fallen(result: AttackResult) -> bool:
    return result.status == "success"


def _resists_within(budget: int) -> Callable[[AttackResult], bool]:
    return lambda result: not result.falls_within[budget]


def _is_of(label: int) -> Callable[[AttackResult], bool]:
    return lambda result: result.label == label


def _compared(result: AttackResult) -> bool:
    return result.similarity is not None


@dataclass(frozen=True)
class _Weighed:
    """Results, and how much each counts."""

    results: Sequence[AttackResult]
    weights: Sequence[float]

    def mean(
        self, value: Callable[[AttackResult], float], *, among: Callable[[AttackResult], bool] = lambda _: True
    ) -> float:
        """Returns the mean of a value over some of the results; 0 where there are none."""
        pairs = zip(self.results, self.weights, strict=True)
        counted = [(value(result), weight) for result, weight in pairs if among(result)]
        whole = sum(weight for _, weight in counted)
        return sum(each * weight for each, weight in counted) / whole if counted else 0.0

    def worst_class(self) -> tuple[int, float]:
        """Returns the label with the lowest robust accuracy, of equal ones the lowest, and its robust accuracy."""
        labels = sorted({result.label for result in self.results})
        shares = {label: self.mean(lambda result: result.robust, among=_is_of(label)) for label in labels}
        worst = min(labels, key=shares.__getitem__)
        return worst, shares[worst]
