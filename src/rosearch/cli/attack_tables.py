"""How `rosearch attack` shows what an attack has left: tables, examples, plain data."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rosearch.cli.console import emit, emit_long

if TYPE_CHECKING:
    from rosearch.attacks.robustness import Robustness
    from rosearch.attacks.screening import ScreeningRecord
    from rosearch.attacks.transfer_figures import TransferFigures
    from rosearch.cli.assault import Assault
    from rosearch.cli.attacked_model import AttackedModel
    from rosearch.data.task import Task
    from rosearch.fitness.measurement import Measurement


def print_subject(assault: "Assault", model: "AttackedModel", task: "Task", measurement: "Measurement") -> None:
    """Prints what was attacked, and on which texts."""
    emit_long(f"student  {assault.student}\ntexts    {assault.texts}: {_sizes(assault, model, task, measurement)}")
    if task.text_fields > 1:
        emit_long(f"field    the {assault.attacked_field} of two is rewritten; the student sees both")


def describe(assault: "Assault", model: "AttackedModel", task: "Task", measurement: "Measurement") -> dict[str, Any]:
    """Returns the outcome of an attack as plain data."""
    return {
        "student": str(assault.student),
        "texts": str(assault.texts),
        "truncated": model.truncated(task.test.texts),
        "bad_rows": task.bad_rows.to_record(),
        "attacked_field": assault.attacked_field,
        "attacked_labels": list(assault.attacked_labels),
        "metrics": dict(measurement.metrics),
        "robustness": [record.to_record() for record in measurement.robustness],
        "flags": [flag.to_record() | {"sentence": flag.sentence} for flag in measurement.flags],
        "transfer": [figures.to_record() for figures in measurement.transfer],
        "screening": measurement.screening.to_record() if measurement.screening else None,
    }


def _sizes(assault: "Assault", model: "AttackedModel", task: "Task", measurement: "Measurement") -> str:
    from rosearch.cli.tables import of_labels

    attacked = f"{round(measurement.metrics['examples'])}{of_labels(assault.attacked_labels)}"
    sizes = f"{len(task.test)}, of these {attacked} attacked; {len(task.dev)} more calibrate the student"
    cut = model.truncated(task.test.texts)
    return f"{sizes}\n         {cut} are cut to {model.max_length} word pieces" if cut else sizes


def print_outcome(measurement: "Measurement", model: "AttackedModel", show: int) -> None:
    """Prints figures, budget curves and a few examples of each recipe."""
    from rosearch.cli.examples import render_examples
    from rosearch.cli.tables import percent
    from rosearch.fitness.measurement import all_quoted

    figures = all_quoted(measurement.robustness)
    metrics = measurement.metrics
    emit_long(
        f"right    {percent(metrics['accuracy'])} before any attack, balanced over classes "
        f"{percent(metrics['balanced_accuracy'])}, worst class {percent(metrics['worst_class_accuracy'])}\n"
        f"         macro-F1 {percent(metrics['macro_f1'])}, recall {percent(metrics['recall_at_fpr'])} where at most "
        f"{100 * metrics['false_positive_rate']:g} % of the others raise an alarm\n"
    )
    _print_figures(figures, metrics, model.label_names)
    if measurement.transfer:
        _print_transfer(measurement.transfer)
    counts = Counter(result.label for result in next(iter(measurement.results.values())))
    label, most = counts.most_common(1)[0]
    emit(f"To give every text the label {model.label_names[label]} keeps {percent(most / counts.total())}, unmovably.")
    emit(f"Right under every attack and score: {percent(metrics['robust_accuracy'])}.")
    for flag in measurement.flags:
        emit(f"! {flag.sentence}.")
    if measurement.screening:
        emit(_screened(measurement.screening))
    for record in figures:
        name = f"{record.attack}-{record.score['kind']}"
        examples = list(render_examples(measurement.results[name], model.label_names, count=show))
        if examples:
            emit_long(f"\n{record.attack} by {record.score['kind']}, changed words in brackets:")
        for example in examples:
            emit_long(example)


def _screened(record: "ScreeningRecord") -> str:
    beyond = f"; {record.beyond} errors were beyond the bound of their time" if record.beyond else ""
    return (
        f"Screened in {record.stand_in}: off by {record.largest_error:.2g} at most between two logits on "
        f"{record.compared} texts, taken as {record.bound:.2g}{beyond}. What that left open, the student decided."
    )


def _print_figures(figures: "list[Robustness]", metrics: Mapping[str, float], label_names: tuple[str, ...]) -> None:
    from rosearch.cli.tables import share_with_interval, table_of
    from rosearch.fitness.attacked_labels import over_all_texts

    title = "Accuracy under attack in %, no query limit; wrong before the attack counts as lost"
    over_all = [over_all_texts(record.robust_accuracy, record.n, metrics) for record in figures]
    names = ("recipe", "by", "robust accuracy\n[95 %]", "n", "queries\na text")
    # The attacked class is as good as always the worst.
    table = table_of(*names, "right of all\ntexts [95 %]" if any(over_all) else "worst class", title=title, left=2)
    for record, all_texts in zip(figures, over_all, strict=True):
        table.add_row(
            record.attack,
            str(record.score["kind"]),
            share_with_interval(record.robust_accuracy, *record.interval),
            str(record.n),
            f"{record.mean_queries:.0f}",
            share_with_interval(*all_texts)
            if all_texts
            else f"{100 * record.worst_class_accuracy:.1f} {label_names[record.worst_class]}",
        )
    emit(table)
    budgets = (str(budget) for budget in figures[0].budget_curve)
    curve = table_of("recipe", *budgets, "no limit", "mean", title="The same within a budget of queries a text")
    for record in figures:
        shares = [*record.budget_curve.values(), record.robust_accuracy, record.mean_of_budget_curve]
        curve.add_row(record.attack, *(f"{100 * share:.1f}" for share in shares))
    emit(curve)
    for record in figures:
        emit(f"{_settings(record.recipe)}, seed {record.seed}: {_details(record)}")
    emit("Each recipe was run by margin and by calibrated probability; the lower outcome is shown.")


def _print_transfer(transfer: "Sequence[TransferFigures]") -> None:
    from rosearch.cli.tables import share_with_interval, table_of

    title = "Right under the attack, and under texts that fooled other models, in %"
    names = ("attack\nalone", "texts of\nothers", "both [95 %]", "n", "of these\nwith texts")
    table = table_of("recipe", "by", *names, title=title, left=2)
    for figures in transfer:
        table.add_row(
            figures.attack,
            figures.score,
            f"{100 * figures.robust_accuracy:.1f}",
            f"{100 * (1 - figures.falls_to_transfer / figures.n):.1f}",
            share_with_interval(figures.robust_accuracy_with_transfer, *figures.interval),
            str(figures.n),
            str(figures.with_texts),
        )
    emit(table)


def _details(record: "Robustness") -> str:
    alike = "" if record.mean_similarity is None else f", similarity {record.mean_similarity:.2f}"
    own = "" if record.mean_computed_queries is None else f", {record.mean_computed_queries:.0f} of them computed"
    return (
        f"changed {record.mean_perturbed_percent:.0f} % of the words where it succeeded{alike}; keeps "
        f"{100 * record.robust_of_correct:.1f} % of those right before; {record.mean_queries:.0f} queries a text{own}"
    )


def _settings(recipe: Mapping[str, Any]) -> str:
    """Renders a recipe's settings in a line."""
    kind = str(recipe["kind"])
    parts = [
        _settings(value) if isinstance(value, Mapping) else f"{name} {value}"
        for name, value in recipe.items()
        if value not in (None, (), []) and name != "kind"
    ]
    return f"{kind} ({', '.join(parts)})" if parts else kind
