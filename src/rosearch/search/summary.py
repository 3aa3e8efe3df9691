"""What a study has found, in figures that may be quoted: each with recipe, n and interval. Reading only."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, final

import numpy as np

from rosearch.attacks.comparison import PairedDifference, paired_difference
from rosearch.attacks.flags import Flag
from rosearch.attacks.wilson import wilson
from rosearch.fitness.accuracy import ACCURACY_METRICS
from rosearch.fitness.attacked_labels import over_all_texts
from rosearch.fitness.evaluation import Evaluation
from rosearch.fitness.measurement import quoted
from rosearch.search.finals import is_uniform_transformer
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
        with_transfer: The share that stays right also under the texts with which the attack fooled the other models,
            mean over repeats, with the ends of its interval; None where they were not asked.
    """

    recipe: str
    value: float
    low: float
    high: float
    n: int
    worst_class: float
    mean_of_budget_curve: float
    over_all: tuple[float, float, float] | None = None
    with_transfer: tuple[float, float, float] | None = None


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
        robust_to_all: Share of texts right under every attack, mean over repeats; None for what is not attacked.
        flags: Signs that a figure is not what it seems, as sentences.
        against: By recipe, how much more robust a finalist is than the uniform Transformer, text by text.
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
    robust_to_all: float | None
    flags: tuple[str, ...] = ()
    against: Mapping[str, PairedDifference] = field(default_factory=dict)

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
    rows = [_row(group, indices.get(group[0].name), teacher) for group in groups]
    rival = next((group for group in groups if is_uniform_transformer(group[0].name)), ())
    return tuple(
        replace(row, against=_differences(group, rival)) if row.trial is not None and rival else row
        for row, group in zip(rows, groups, strict=True)
    )


def _row(repeats: Sequence[Evaluation], trial: int | None, teacher: Evaluation | None) -> FinalRow:
    recipes = dict.fromkeys(record.attack for record in repeats[0].robustness)
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
        robust={recipe: _figure(recipe, repeats, metrics) for recipe in recipes},
        parameters=parameters,
        compression=compression,
        latency_ms=metrics.get("latency_ms"),
        close_to_teacher=close,
        robust_to_all=metrics.get("robust_accuracy"),
        flags=_flags(repeats),
    )


def _flags(repeats: Sequence[Evaluation]) -> tuple[str, ...]:
    """Returns a sentence for each flag, of the training where it is worst."""
    raised = [Flag.from_record(record) for item in repeats for record in item.details.get("flags", ())]
    worst: dict[tuple[str, str | None], Flag] = {}
    for flag in raised:
        key = flag.name, flag.recipe
        worst[key] = max(worst.get(key, flag), flag, key=lambda each: each.value)
    return tuple(flag.sentence for flag in worst.values())


def _differences(first: Sequence[Evaluation], second: Sequence[Evaluation]) -> dict[str, PairedDifference]:
    """Compares two models text by text under each attack; nothing where a record of before lacks the texts."""
    robust = [_robust_shares(group) for group in (first, second)]
    rng = np.random.default_rng(0)
    return {
        recipe: paired_difference(robust[0][recipe], robust[1][recipe], rng=rng)
        for recipe in robust[0]
        if recipe in robust[1]
    }


def _robust_shares(repeats: Sequence[Evaluation]) -> dict[str, dict[str, float]]:
    """Returns by recipe and text in how many of a model's trainings the text stays right."""
    shares: dict[str, dict[str, float]] = {}
    for item in repeats:
        for recipe, texts in item.details.get("robust_texts", {}).items():
            counts = shares.setdefault(recipe, dict.fromkeys(map(str, range(item.robustness[0].n)), 0.0))
            for text in texts:
                counts[str(text)] += 1 / len(repeats)
    return shares


def _figure(recipe: str, repeats: Sequence[Evaluation], metrics: Mapping[str, float]) -> RobustFigure:
    records = [quoted(item.robustness, recipe) for item in repeats]
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
        with_transfer=_with_transfer(recipe, repeats, n),
    )


def _with_transfer(recipe: str, repeats: Sequence[Evaluation], n: int) -> tuple[float, float, float] | None:
    shares = [
        float(record["robust_accuracy_with_transfer"])
        for item in repeats
        for record in item.details.get("transfer", {}).get("attacks", ())
        if record["attack"] == recipe
    ]
    if len(shares) < len(repeats):
        return None
    value = sum(shares) / len(shares)
    return value, *wilson(value * n, n)


def _mean(repeats: Sequence[Evaluation], name: str) -> float:
    return sum(item.metrics[name] for item in repeats) / len(repeats)
