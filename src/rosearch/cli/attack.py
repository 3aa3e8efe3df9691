"""`rosearch attack`: attacks a student on labelled text, and quotes what is left."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from rosearch.cli.console import emit, emit_json, emit_long, messages
from rosearch.cli.options import JsonOption, OfflineOption, SkipOption

if TYPE_CHECKING:
    from rosearch.attacks.robustness import Robustness
    from rosearch.attacks.screening import ScreeningRecord
    from rosearch.cli.assault import Assault
    from rosearch.data.task import Task
    from rosearch.fitness.measurement import Measurement
    from rosearch.students.text_classifier import TextClassifier


ModelArgument = Annotated[
    Path,
    typer.Argument(
        metavar="MODEL", help="A student's folder, or a run directory: its best finalist on its own test split."
    ),
]
DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="Labelled text: CSV, TSV, JSON lines or Parquet; needed with a student's folder."),
]
TextOption = Annotated[
    list[str] | None, typer.Option("--text", metavar="FIELD", help='Of the text; twice for pairs. Default: "text".')
]
LabelOption = Annotated[str, typer.Option("--label", metavar="FIELD", help="Of the label.")]
LabelsOption = Annotated[
    str | None, typer.Option("--labels", metavar="A,B", help="What the file calls the student's classes, in order.")
]
RecipesOption = Annotated[
    list[str] | None,
    typer.Option("--recipe", metavar="KIND", help="Or an inline table; repeatable. Default: all, or the run's."),
]
PrecisionOption = Annotated[
    Literal["float32", "float16", "int8"] | None,
    typer.Option("--precision", help="Of an exported student: which of its ONNX graphs.", show_default=False),
]
ExamplesOption = Annotated[
    int | None, typer.Option("--examples", min=1, metavar="N", help="Texts. Default: 200, or the run's.")
]
BudgetsOption = Annotated[
    list[int] | None,
    typer.Option("--budget", min=1, metavar="N", help="Queries per text; repeatable. Default: 10 ... 160."),
]
SeedOption = Annotated[
    int | None, typer.Option("--seed", metavar="N", help="Of texts and attacks. Default: 0, or the run's.")
]
FieldOption = Annotated[
    Literal["first", "second"] | None,
    typer.Option("--field", help="Of a pair, which to rewrite. Default: first, or the run's.", show_default=False),
]
AttackedOption = Annotated[
    str | None,
    typer.Option("--attacked-labels", metavar="A,B", help="Attack these classes only. Default: all, or the run's."),
]
RateOption = Annotated[
    float | None,
    typer.Option("--false-positive-rate", metavar="SHARE", help="For the recall. Default: 0.01, or the run's."),
]
ScreeningOption = Annotated[
    Literal["none", "auto", "bfloat16", "int8"],
    typer.Option("--screening", help="Who is asked first; flips and near decisions are the student's own."),
]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="FOLDER", help="Write the outcome of each text.")]
ShowOption = Annotated[int, typer.Option("--show", min=0, metavar="N", help="Examples of each recipe.")]


def command(
    model: ModelArgument,
    data: DataOption = None,
    text: TextOption = None,
    label: LabelOption = "label",
    labels: LabelsOption = None,
    recipes: RecipesOption = None,
    precision: PrecisionOption = None,
    examples: ExamplesOption = None,
    budgets: BudgetsOption = None,
    seed: SeedOption = None,
    field: FieldOption = None,
    skip_bad_rows: SkipOption = False,
    attacked_labels: AttackedOption = None,
    false_positive_rate: RateOption = None,
    screening: ScreeningOption = "none",
    out: OutOption = None,
    show: ShowOption = 3,
    offline: OfflineOption = False,  # noqa: ARG001 - acts on its own
    json: JsonOption = False,
) -> None:
    """Attack a student by margin and by calibrated probability; quote the lower figure with its interval."""
    from rosearch.cli.assault import assault_on, attack_from, given
    from rosearch.cli.attacked_texts import FileOfTexts
    from rosearch.cli.progress import showing_progress
    from rosearch.students.loading import load_student

    assault = given(
        assault_on(model),
        texts=None
        if data is None
        else FileOfTexts(
            path=data,
            text=tuple(text or ["text"]),
            label=label,
            labels=_names(labels),
            skip_bad_rows=skip_bad_rows,
        ),
        attacks=tuple(attack_from(recipe) for recipe in recipes) if recipes else None,
        budgets=tuple(sorted(set(budgets))) if budgets else None,
        examples=examples,
        seed=seed,
        attacked_field=field,
        attacked_labels=_names(attacked_labels),
        false_positive_rate=false_positive_rate,
        screening=screening,
    )
    student = load_student(assault.student, precision=precision)
    with showing_progress(messages) as display:
        task = assault.texts.load(student, display)
        measurement = assault.carry_out(student, task, display)
    if out is not None:
        measurement.write(out)
    if json:
        emit_json(_describe(assault, student, task, measurement))
        return
    emit_long(f"student  {assault.student}\ntexts    {assault.texts}: {_sizes(assault, student, task, measurement)}")
    if task.text_fields > 1:
        emit_long(f"field    the {assault.attacked_field} of two is rewritten; the student sees both")
    _print(measurement, student, show)


def _names(listed: str | None) -> tuple[str, ...] | None:
    return None if listed is None else tuple(name.strip() for name in listed.split(","))


def _describe(
    assault: "Assault", student: "TextClassifier", task: "Task", measurement: "Measurement"
) -> dict[str, Any]:
    return {
        "student": str(assault.student),
        "texts": str(assault.texts),
        "truncated": student.truncated(task.test.texts),
        "bad_rows": task.bad_rows.to_record(),
        "attacked_field": assault.attacked_field,
        "attacked_labels": list(assault.attacked_labels),
        "metrics": dict(measurement.metrics),
        "robustness": [record.to_record() for record in measurement.robustness],
        "screening": measurement.screening.to_record() if measurement.screening else None,
    }


def _sizes(assault: "Assault", student: "TextClassifier", task: "Task", measurement: "Measurement") -> str:
    from rosearch.cli.tables import of_labels

    attacked = f"{round(measurement.metrics['examples'])}{of_labels(assault.attacked_labels)}"
    sizes = f"{len(task.test)}, of these {attacked} attacked; {len(task.dev)} more calibrate the student"
    cut = student.truncated(task.test.texts)
    return f"{sizes}\n         {cut} are cut to {student.max_length} word pieces" if cut else sizes


def _print(measurement: "Measurement", student: "TextClassifier", show: int) -> None:
    from rosearch.cli.examples import render_examples
    from rosearch.cli.tables import percent
    from rosearch.fitness.measurement import quoted

    kinds = dict.fromkeys(str(record.recipe["kind"]) for record in measurement.robustness)
    figures = [quoted(measurement.robustness, kind) for kind in kinds]
    metrics = measurement.metrics
    emit_long(
        f"right    {percent(metrics['accuracy'])} before any attack, balanced over classes "
        f"{percent(metrics['balanced_accuracy'])}, worst class {percent(metrics['worst_class_accuracy'])}\n"
        f"         macro-F1 {percent(metrics['macro_f1'])}, recall {percent(metrics['recall_at_fpr'])} where at most "
        f"{100 * metrics['false_positive_rate']:g} % of the others raise an alarm\n"
    )
    _print_figures(figures, metrics, student.label_names)
    emit(f"Right under every attack and score: {percent(metrics['robust_accuracy'])}.")
    if measurement.screening:
        emit(_screened(measurement.screening))
    for record in figures:
        name = f"{record.recipe['kind']}-{record.score['kind']}"
        examples = list(render_examples(measurement.results[name], student.label_names, count=show))
        if examples:
            emit_long(f"\n{record.recipe['kind']} by {record.score['kind']}, changed words in brackets:")
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
            str(record.recipe["kind"]),
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
        curve.add_row(str(record.recipe["kind"]), *(f"{100 * share:.1f}" for share in shares))
    emit(curve)
    for record in figures:
        changed = f"changed {record.mean_perturbed_percent:.0f} % of the words where it succeeded"
        emit(f"{_settings(record.recipe)}, seed {record.seed}: {changed}")
    emit("Each recipe was run by margin and by calibrated probability; the lower outcome is shown.")


def _settings(recipe: Mapping[str, Any]) -> str:
    """Renders a recipe's settings in a line."""
    kind = str(recipe["kind"])
    parts = [
        _settings(value) if isinstance(value, Mapping) else f"{name} {value}"
        for name, value in recipe.items()
        if value is not None and name != "kind"
    ]
    return f"{kind} ({', '.join(parts)})" if parts else kind
