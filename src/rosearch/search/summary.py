"""What a study has found, in figures that may be quoted: each with recipe, n and interval. Reading only."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, final

from rosearch.attacks.robustness import Robustness, wilson
from rosearch.fitness.accuracy import ACCURACY_METRICS
from rosearch.fitness.attacked_labels import over_all_texts
from rosearch.fitness.evaluation import Evaluation
from rosearch.fitness.measurement import quoted
from rosearch.search.results import Results

LARGEST_ACCURACY_DROP = 0.05
"""A finalist further below the teacher than this is not one to deploy (balanced accuracy, as a share)."""


@final
@dataclass(frozen=True, kw_only=True)
class RobustFigure:
    """Robust accuracy under one attack: the lower of margin and calibrated probability, mean over repeats.

    Args:
        recipe: The attack's kind.
        value: As a share.
        low: Lower end of Wilson's 95 % interval over the examples.
        high: Upper end.
        n: Examples attacked; repeats are not counted as more examples.
        worst_class: Robust accuracy of the class that suffers most, mean over repeats.
        mean_of_budget_curve: Mean over budgets and repeats.
        over_all: Where classes are spared, the share of all texts that stay right, with the ends of its interval.
    """

    recipe: str
    value: float
    low: float
    high: float
    n: int
    worst_class: float
    mean_of_budget_curve: float
    over_all: tuple[float, float, float] | None = None


@final
@dataclass(frozen=True, kw_only=True)
class FinalRow:
    """A baseline or finalist on test.

    Args:
        name: What it is, or the architecture's id.
        trial: The index of a finalist's trial; None for a baseline.
        repeats: Trainings that the figures are means of.
        accuracy: On unchanged text.
        balanced_accuracy: Mean of the classes' accuracies.
        unchanged: All figures on unchanged text by name, as far as they are on record.
        robust: By recipe; empty for a teacher that is a file of answers and cannot be attacked.
        parameters: All weights.
        compression: The teacher's weights over these; None where either is unknown.
        latency_ms: Median time for one text; None where it was not measured.
        close_to_teacher: Whether balanced accuracy is within five points of the teacher's; None without a teacher.
    """

    name: str
    trial: int | None
    repeats: int
    accuracy: float
    balanced_accuracy: float
    unchanged: Mapping[str, float]
    robust: Mapping[str, RobustFigure]
    parameters: int
    compression: float | None
    latency_ms: float | None
    close_to_teacher: bool | None

    def to_record(self) -> dict[str, Any]:
        """Returns plain data."""
        return asdict(self)


def final_rows(results: Results) -> tuple[FinalRow, ...]:
    """Sums up baselines and finalists, in the order of their measurement.

    Args:
        results: What the journal says.
    """
    groups = results.final_groups
    teacher = next((group[0] for group in groups if group[0].name == "teacher"), None)
    indices = {trial.architecture.architecture_id: trial.index for trial in results.trials}
    return tuple(_row(group, indices.get(group[0].name), teacher) for group in groups)


def _row(repeats: Sequence[Evaluation], trial: int | None, teacher: Evaluation | None) -> FinalRow:
    recipes = dict.fromkeys(str(record.recipe["kind"]) for record in repeats[0].robustness)
    parameters = int(repeats[0].metrics["parameters"])
    metrics = {name: _mean(repeats, name) for name in repeats[0].metrics}
    balanced = metrics["balanced_accuracy"]
    close, compression = None, None
    if teacher is not None:
        close = balanced >= teacher.metrics["balanced_accuracy"] - LARGEST_ACCURACY_DROP
        whole = teacher.metrics["parameters"]
        compression = whole / parameters if whole and parameters else None
    return FinalRow(
        name=repeats[0].name,
        trial=trial,
        repeats=len(repeats),
        accuracy=metrics["accuracy"],
        balanced_accuracy=balanced,
        unchanged={name: metrics[name] for name in ACCURACY_METRICS if name in metrics},
        robust={
            recipe: _figure(recipe, [quoted(item.robustness, recipe) for item in repeats], metrics)
            for recipe in recipes
        },
        parameters=parameters,
        compression=compression,
        latency_ms=metrics.get("latency_ms"),
        close_to_teacher=close,
    )


def _figure(recipe: str, records: Sequence[Robustness], metrics: Mapping[str, float]) -> RobustFigure:
    n = records[0].n
    value = sum(record.robust_accuracy for record in records) / len(records)
    low, high = wilson(value * n, n)
    return RobustFigure(
        recipe=recipe,
        value=value,
        low=low,
        high=high,
        n=n,
        worst_class=sum(record.worst_class_accuracy for record in records) / len(records),
        mean_of_budget_curve=sum(record.mean_of_budget_curve for record in records) / len(records),
        over_all=over_all_texts(value, n, metrics),
    )


def _mean(repeats: Sequence[Evaluation], name: str) -> float:
    return sum(item.metrics[name] for item in repeats) / len(repeats)
