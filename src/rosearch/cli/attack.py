"""`rosearch attack`: attacks a student on labelled text, and quotes what is left."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rosearch.cli.console import JsonOption, emit, emit_json, messages

if TYPE_CHECKING:
    from rosearch.data.task import Task
    from rosearch.fitness.measurement import Measurement
    from rosearch.students.student import Student


def command(
    model: Annotated[Path, typer.Argument(help="A student's folder, such as RUN/finalists/0003-9f3a1c/0/student.")],
    data: Annotated[Path, typer.Option("--data", help="Labelled text: TSV, CSV or JSON lines.")],
    text: Annotated[str, typer.Option("--text", help="Name of the text field.")] = "text",
    label: Annotated[str, typer.Option("--label", help="Name of the label field.")] = "label",
    recipes: Annotated[list[str] | None, typer.Option("--recipe", help="May be repeated; all, if left out.")] = None,
    examples: Annotated[int, typer.Option("--examples", min=1, help="Texts to attack.")] = 200,
    budgets: Annotated[list[int] | None, typer.Option("--budget", min=1, help="Queries per text; repeatable.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the choice of texts and of the attacks.")] = 0,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the outcome of each text.")] = None,
    show: Annotated[int, typer.Option("--show", min=0, help="Adversarial examples to print.")] = 3,
    json: JsonOption = False,
) -> None:
    """Attack a student by margin and by calibrated probability; quote the lower figure with its interval."""
    from rosearch.attacks.attack import Attack
    from rosearch.cli.progress import showing_progress
    from rosearch.fitness.fidelity import Fidelity
    from rosearch.fitness.measurement import measure
    from rosearch.students.student import Student

    attacks = tuple(Attack.from_config(recipe, where="--recipe") for recipe in recipes or ("pwws", "deepwordbug"))
    student = Student.from_pretrained(model)
    fidelity = Fidelity(
        name="full", share=1.0, split="test", examples=examples, attacks=attacks, scores=("margin", "probability")
    )
    with showing_progress(messages) as listener:
        task = read_task(data, student, text=text, label=label)
        curve = tuple(sorted(set(budgets or (10, 20, 40, 80, 160))))
        measurement = measure(student, task, fidelity, budgets=curve, seed=seed, listener=listener)
    if out is not None:
        measurement.write(out)
    if json:
        records = [record.to_record() for record in measurement.robustness]
        emit_json({"model": str(model), "metrics": dict(measurement.metrics), "robustness": records})
    else:
        _print(measurement, student, show)


def read_task(data: Path, student: "Student", *, text: str, label: str) -> "Task":
    """Reads one file as a task whose test half is attacked, and whose dev half sets temperature and scale.

    Args:
        data: The file.
        student: Gives the classes.
        text: Name of the text field.
        label: Name of the label field.

    Raises:
        TaskError: If a row does not fit.
    """
    from rosearch.data.task import Task

    return Task.from_files(
        train=data, text=text, label=label, labels=student.label_names, dev_share=0.3, test_share=0.6
    )


def _print(measurement: "Measurement", student: "Student", show: int) -> None:
    from rich.table import Table

    from rosearch.cli.examples import render_examples
    from rosearch.cli.tables import percent
    from rosearch.fitness.measurement import quoted

    metrics = measurement.metrics
    typer.echo(f"accuracy {percent(metrics['accuracy'])}, balanced {percent(metrics['balanced_accuracy'])}")
    table = Table(
        "recipe", "robust accuracy [95 %]", "n", "of those right before", "worst class", "queries", "words changed"
    )
    for recipe in dict.fromkeys(str(record.recipe["kind"]) for record in measurement.robustness):
        figures = quoted(measurement.robustness, recipe)
        low, high = figures.interval
        table.add_row(
            f"{recipe} by {figures.score['kind']}",
            f"{percent(figures.robust_accuracy)} [{100 * low:.1f}, {100 * high:.1f}]",
            str(figures.n),
            percent(figures.robust_of_correct),
            f"{percent(figures.worst_class_accuracy)} ({student.label_names[figures.worst_class]})",
            f"{figures.mean_queries:.0f}",
            f"{figures.mean_perturbed_percent:.0f} %",
        )
    table.caption = "the lower of margin and calibrated probability is quoted; no query limit"
    emit(table)
    typer.echo(f"right under every attack and score: {percent(metrics['robust_accuracy'])}")
    for name, results in measurement.results.items():
        if name.endswith("-margin"):
            for example in render_examples(results, student.label_names, count=show):
                emit(example)
