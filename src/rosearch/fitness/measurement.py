"""Accuracy and robustness of any model on one split: what a candidate, a teacher and a user's model all go through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path
from typing import Any, final

import numpy as np

from rosearch.attacks.flags import Flag
from rosearch.attacks.goal import MarginScore, ProbabilityScore, Score, margin_scale
from rosearch.attacks.result import AttackResult
from rosearch.attacks.result_log import ResultLog
from rosearch.attacks.result_table import write_results
from rosearch.attacks.robustness import Robustness, lower_of
from rosearch.attacks.sample import Sample
from rosearch.attacks.screening import Screening, ScreeningRecord
from rosearch.attacks.transfer_figures import TransferFigures, transfer_figures
from rosearch.core.events import Listener, ignore
from rosearch.core.fingerprint import fingerprint
from rosearch.core.protocols import BoolArray, FloatArray, IntArray, Victim
from rosearch.core.rng import SeedTree
from rosearch.data.task import Split, Task
from rosearch.fitness.accuracy import accuracy_metrics
from rosearch.fitness.attacked import Attacked, attacked_by, resistance_of
from rosearch.fitness.attacked_labels import attacked_classes, attacked_rows, spared_metrics
from rosearch.fitness.attacking import Attacking
from rosearch.fitness.calibration import expected_calibration_error, fit_temperature
from rosearch.fitness.diagnosis import answer_flags
from rosearch.fitness.fidelity import Fidelity, ScoreKind
from rosearch.fitness.precedents import NO_PRECEDENTS, Precedents
from rosearch.fitness.stand_in import screening_of

PROBABILITY_RESOLUTION = 1e-6
"""Above the noise that a float32 model has between one batch and another."""


@final
@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What a model is worth on one split.

    Args:
        metrics: Figures by name, all finite.
        robustness: One record for each attack and score, in the order of the fidelity.
        results: The outcome of each text, by ``"<attack>-<score>"``.
        screening: How far the stand-in was off that was asked first; None where there was none.
        flags: Signs that a figure is not what it seems.
        shortcuts: By kind, the settings of what was left out of the attacks, and what came of it.
        sample: Which texts of the list were attacked; None for all.
        transfer: What came of texts that fooled other models, by attack; empty where none were asked.
    """

    metrics: Mapping[str, float]
    robustness: tuple[Robustness, ...]
    results: Mapping[str, tuple[AttackResult, ...]]
    screening: ScreeningRecord | None = None
    flags: tuple[Flag, ...] = ()
    shortcuts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sample: Sample | None = None
    transfer: tuple[TransferFigures, ...] = ()

    @classmethod
    def of(
        cls,
        attacked: Attacked,
        metrics: Mapping[str, float],
        *,
        screening: Screening | None,
        flags: Sequence[Flag],
    ) -> "Measurement":
        """Puts together what was measured.

        Args:
            attacked: What attacks did.
            metrics: All figures.
            screening: Whom the attacks asked first.
            flags: Of the answers to unchanged texts.
        """
        return cls(
            metrics=metrics,
            robustness=attacked.robustness,
            results=attacked.results,
            screening=screening.record if screening else None,
            flags=(*flags, *attacked.flags),
            shortcuts=attacked.shortcuts,
            sample=attacked.sample,
        )

    def beside(self, others: Mapping[str, Sequence[AttackResult]], victim: Victim) -> "Measurement":
        """Returns the same with what comes of texts that fooled other models, and the flags that they raise.

        Args:
            others: By attack, outcomes on other models.
            victim: The measured model.
        """
        scores = {record.attack: str(record.score["kind"]) for record in all_quoted(self.robustness)}
        results = {attack: self.results[f"{attack}-{score}"] for attack, score in scores.items()}
        found = transfer_figures(victim, results, others, scores=scores)
        flags = (flag for figures in found for flag in figures.flags)
        return replace(self, transfer=tuple(found), flags=(*self.flags, *flags))

    @property
    def resistance(self) -> tuple[float, ...]:
        """For each attacked text the share of query budgets, no limit counted as one, that it resists in the mean."""
        return resistance_of(self.results)

    @property
    def robust_texts(self) -> dict[str, list[int]]:
        """For each attack the places, in the list of examples, of those that stay right under its quoted score."""
        best = all_quoted(self.robustness)
        outcomes = {item.attack: self.results[f"{item.attack}-{item.score['kind']}"] for item in best}
        return {name: [at for at, result in enumerate(found) if result.robust] for name, found in outcomes.items()}

    def details(self, *, of_each_attack: bool) -> dict[str, Any]:
        """Returns plain data to be recorded beside the figures, without what there is nothing of.

        Args:
            of_each_attack: Whether it shall tell which texts stay right under each attack.
        """
        found: dict[str, Any] = {
            "flags": [flag.to_record() for flag in self.flags],
            "screening": self.screening.to_record() if self.screening else None,
            "shortcuts": dict(self.shortcuts),
        }
        always = self._by_text() | ({"robust_texts": self.robust_texts} if of_each_attack else {})
        return always | {name: value for name, value in found.items() if value}

    def _by_text(self) -> dict[str, list[float | None]]:
        """Returns what each text of the list resists.

        Where not all were attacked, also what each stands for, and the interval of the share that resists every attack.
        """
        if self.sample is None or self.sample.complete:
            return {"resistance": list(self.resistance)}
        resistance: list[float | None] = [None] * self.sample.total
        weights: list[float | None] = [0.0] * self.sample.total
        for place, value, weight in zip(self.sample.places, self.resistance, self.sample.weights.tolist(), strict=True):
            resistance[place], weights[place] = value, weight
        interval = self.sample.interval(_resists_all(self.results))
        return {"resistance": resistance, "weights": weights, "robust_interval": list(interval)}

    def write(self, folder: Path) -> None:
        """Writes the outcome of each text as Parquet, a file for each attack and score."""
        for name, results in self.results.items():
            write_results(folder / f"{name}.parquet", results)


def measure(
    victim: Victim,
    task: Task,
    fidelity: Fidelity,
    *,
    budgets: tuple[int, ...],
    seed: int,
    false_positive_rate: float = 0.01,
    log: ResultLog | None = None,
    precedents: Precedents = NO_PRECEDENTS,
    listener: Listener = ignore,
) -> Measurement:
    """Asks a model for a whole split, then attacks it on the split's fixed examples.

    Args:
        victim: The model.
        task: Dev sets the scale of margins and the temperature; the fidelity's split is judged.
        fidelity: Attacks, scores, split, number of examples, attacked classes; without attacks, no figures of them.
        budgets: Queries per text at which the budget curve is read.
        seed: Decides the examples and the attacks' own randomness.
        false_positive_rate: Of ``recall_at_fpr``.
        log: Takes each outcome as it comes, and knows those of before.
        precedents: What shortcuts may know of the trials before a candidate of a search.
        listener: Hears the progress.

    Returns:
        ``robustness`` is the mean, over attacks, of the mean of the budget curve; ``robust_accuracy`` counts a text
        only where it resists every attack under every score, ``worst_class_robust_accuracy`` in the class where that
        is least. All are over texts of the attacked classes.

    Raises:
        ConfigError: If the task has no class of an attacked label's name.
    """
    classes = attacked_classes(fidelity.attacked_labels, task.label_names)
    split: Split = getattr(task, fidelity.split)
    dev_logits = victim.logits(task.dev.texts)
    logits = dev_logits if fidelity.split == "dev" else victim.logits(split.texts)
    scores: dict[str, Score] = {kind: _score(kind, dev_logits, task.dev.labels) for kind in fidelity.scores}
    attacked = attacked_rows(split, classes)
    examples, names = attacked_examples(task, fidelity, seed=seed)
    attacking = Attacking(
        victim=victim,
        examples=examples,
        names=names,
        seed=seed,
        attacked_field=fidelity.field,
        budgets=budgets,
        screening=screening_of(victim, fidelity.screening),
        log=log,
        known_by=fingerprint([task.fingerprint, dev_logits.argmax(axis=1).tolist()]),
        listener=listener,
    )
    metrics = accuracy_metrics(logits, split.labels, false_positive_rate=false_positive_rate, detected=classes)
    outcome = attacked_by(attacking, fidelity, scores, precedents=precedents.knowing(metrics["balanced_accuracy"]))
    if fidelity.attacks:
        metrics |= _robustness_metrics(outcome)
        metrics |= spared_metrics(logits, split.labels, attacked, robust_accuracy=metrics["robust_accuracy"])
    metrics["calibration_error"] = expected_calibration_error(dev_logits, task.dev.labels)
    flags = answer_flags(victim, task.dev, dev_logits)
    return Measurement.of(outcome, metrics, screening=attacking.screening, flags=flags)


def attacked_examples(task: Task, fidelity: Fidelity, *, seed: int) -> tuple[Split, tuple[str, ...]]:
    """Returns the list of texts to attack, and their names.

    Args:
        task: Gives them.
        fidelity: Which split, how many, of which classes.
        seed: Of the study.

    Raises:
        ConfigError: If the task has no class of an attacked label's name.
    """
    split: Split = getattr(task, fidelity.split)
    among = attacked_rows(split, attacked_classes(fidelity.attacked_labels, task.label_names))
    rows = example_rows(len(split), fidelity.examples, seed=seed, split=fidelity.split, among=among)
    return split.take(rows), tuple(f"{fidelity.split}-{row}" for row in rows)


def example_rows(size: int, count: int, *, seed: int, split: str, among: BoolArray | None = None) -> IntArray:
    """Returns the rows that every model of a study is attacked on, ascending.

    Args:
        size: Texts in the split.
        count: Rows wanted; all, where there are fewer.
        seed: Of the study.
        split: Name of the split.
        among: Which rows may be chosen, shape ``(size,)``; None for all.
    """
    order = SeedTree(seed).child("examples", split).generator().permutation(size)
    return np.sort((order if among is None else order[among[order]])[:count])


def quoted(robustness: Sequence[Robustness], attack: str) -> Robustness:
    """Returns the figure to quote under an attack: the lower of its scores'.

    Args:
        robustness: Records of one model.
        attack: The name of the attack.

    Raises:
        KeyError: If there is no record of that attack.
    """
    found = [record for record in robustness if record.attack == attack]
    if not found:
        raise KeyError(f"not attacked with {attack!r}")
    return reduce(lower_of, found)


def all_quoted(robustness: Sequence[Robustness]) -> list[Robustness]:
    """Returns the figure to quote under each attack, in the order of the records; see `quoted`.

    Args:
        robustness: Records of one model.
    """
    return [quoted(robustness, attack) for attack in dict.fromkeys(record.attack for record in robustness)]


def _score(kind: ScoreKind, dev_logits: FloatArray, dev_labels: IntArray) -> Score:
    if kind == "margin":
        return MarginScore(scale=margin_scale(dev_logits, dev_labels))
    temperature = fit_temperature(dev_logits, dev_labels)
    return ProbabilityScore(temperature=temperature, resolution=PROBABILITY_RESOLUTION)


def _resists_all(results: Mapping[str, tuple[AttackResult, ...]]) -> BoolArray:
    """Says which texts stay right under every attack and score, shape ``(texts,)``."""
    resists: BoolArray = np.all([[result.robust for result in found] for found in results.values()], axis=0)
    return resists


def _robustness_metrics(attacked: Attacked) -> dict[str, float]:
    best = all_quoted(attacked.robustness)
    outcomes = attacked.results.values()
    resists = _resists_all(attacked.results)
    weights = attacked.sample.weights
    labels = np.array([result.label for result in next(iter(outcomes))])
    return {
        "robustness": float(np.mean([record.mean_of_budget_curve for record in best])),
        "robust_accuracy": float(np.average(resists, weights=weights)),
        "worst_class_robust_accuracy": min(
            float(np.average(resists[labels == label], weights=weights[labels == label])) for label in np.unique(labels)
        ),
        "examples": float(len(resists)),
        "attack_queries": float(sum(result.queries for found in outcomes for result in found)),
    }
