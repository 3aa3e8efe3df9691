"""`rosearch attack`: attacks a model on labelled text, and quotes what is left."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rosearch.cli import completion
from rosearch.cli.console import emit_json, emit_long, messages
from rosearch.cli.options import JsonOption, OfflineOption, SkipOption, require_folder

if TYPE_CHECKING:
    from rosearch.attacks.result_log import ResultLog
    from rosearch.cli.assault import Assault
    from rosearch.cli.attacked_model import AttackedModel
    from rosearch.cli.attacked_texts import FileOfTexts
    from rosearch.fitness.measurement import Measurement


ModelArgument = Annotated[
    Path,
    typer.Argument(
        metavar="MODEL",
        help="A student's folder or ONNX file, a Hugging Face classifier's folder, module:function, or a run "
        "directory: its best finalist on its own test split.",
        autocompletion=completion.models,
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
    typer.Option(
        "--recipe",
        metavar="KIND",
        help="Or an inline table; repeatable. Default: all, or the run's.",
        autocompletion=completion.recipes,
    ),
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
SuiteOption = Annotated[
    Literal["quick", "standard"] | None,
    typer.Option("--suite", help="Recipes by a common name: quick is pwws and deepwordbug.", show_default=False),
]
NormaliseOption = Annotated[
    bool, typer.Option("--normalise", help="Put the model behind folded look-alikes and corrected spelling first.")
]
HtmlOption = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write a page with every changed word marked.")
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="FOLDER", help="Keep each text's outcome (Parquet); the same command goes on there."),
]
TransferOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--transfer", metavar="FOLDER", help="What attack --out kept of another model: ask its texts too; repeatable."
    ),
]
ShowOption = Annotated[int, typer.Option("--show", min=0, metavar="N", help="Examples of each recipe.")]


def command(
    model: ModelArgument,
    data: DataOption = None,
    text: TextOption = None,
    label: LabelOption = "label",
    labels: LabelsOption = None,
    recipes: RecipesOption = None,
    suite: SuiteOption = None,
    precision: PrecisionOption = None,
    examples: ExamplesOption = None,
    budgets: BudgetsOption = None,
    seed: SeedOption = None,
    field: FieldOption = None,
    skip_bad_rows: SkipOption = False,
    attacked_labels: AttackedOption = None,
    false_positive_rate: RateOption = None,
    screening: ScreeningOption = "none",
    normalise: NormaliseOption = False,
    transfer: TransferOption = None,
    out: OutOption = None,
    html: HtmlOption = None,
    show: ShowOption = 3,
    offline: OfflineOption = False,  # noqa: ARG001 - acts on its own
    json: JsonOption = False,
) -> None:
    """Attack a model by margin and by calibrated probability; quote the lower figure with its interval."""
    from rosearch.attacks.suite import SUITES
    from rosearch.cli.assault import assault_on, attack_from, given
    from rosearch.cli.attack_tables import describe, print_outcome, print_subject
    from rosearch.cli.attacked_model import folder_of, graph_precision, mended, open_model
    from rosearch.cli.progress import showing_progress

    require_folder(out)
    assault = given(
        assault_on(folder_of(model)),
        texts=_texts(data, text, label=label, labels=_names(labels), skip_bad_rows=skip_bad_rows),
        attacks=tuple(map(attack_from, recipes or SUITES[suite or "quick"])) if recipes or suite else None,
        budgets=tuple(sorted(set(budgets or ()))) or None,
        examples=examples,
        seed=seed,
        attacked_field=field,
        attacked_labels=_names(attacked_labels),
        false_positive_rate=false_positive_rate,
        screening=screening,
        transfer=tuple(transfer or ()),
    )
    opened = open_model(assault.student, labels=_names(labels), precision=precision or graph_precision(model))
    with showing_progress(messages) as display, ExitStack() as stack:
        task = assault.texts.load(opened, display)
        log = stack.enter_context(_log(out, assault.student, normalise=normalise)) if out else None
        measurement = assault.carry_out(mended(opened, task) if normalise else opened, task, display, log=log)
    _write(out, html, assault, opened, measurement)
    if json:
        emit_json(describe(assault, opened, task, measurement))
        return
    print_subject(assault, opened, task, measurement)
    print_outcome(measurement, opened, show)
    if html is not None:
        emit_long(f"page     {html}")


def _texts(
    data: Path | None, text: list[str] | None, *, label: str, labels: tuple[str, ...] | None, skip_bad_rows: bool
) -> "FileOfTexts | None":
    """Returns the user's own texts; None where there are none, and the run's are attacked."""
    from rosearch.cli.attacked_texts import FileOfTexts

    if data is None:
        return None
    fields = tuple(text or ["text"])
    return FileOfTexts(path=data, text=fields, label=label, labels=labels, skip_bad_rows=skip_bad_rows)


def _names(listed: str | None) -> tuple[str, ...] | None:
    return None if listed is None else tuple(name.strip() for name in listed.split(","))


@contextmanager
def _log(out: Path, model: Path, *, normalise: bool) -> Iterator["ResultLog"]:
    """Opens the outcomes so far of this model, under a lock: the same command goes on where it was."""
    from rosearch.attacks.result_log import ResultLog
    from rosearch.core.fingerprint import fingerprint, fingerprint_files
    from rosearch.store.lock import locked

    content = fingerprint_files(model) if model.is_dir() else str(model)
    with locked(out / "attack.lock"):
        yield ResultLog(out / f"outcomes-{fingerprint([content, normalise], length=12)}.jsonl")


def _write(
    out: Path | None, html: Path | None, assault: "Assault", model: "AttackedModel", measurement: "Measurement"
) -> None:
    from rosearch.core.files import write_text
    from rosearch.report.attack_page import attack_page

    if out is not None:
        measurement.write(out)
    if html is None:
        return
    page = attack_page(
        model=str(assault.student),
        texts=str(assault.texts),
        label_names=model.label_names,
        robustness=measurement.robustness,
        results=measurement.results,
        notes=[f"{flag.sentence}." for flag in measurement.flags],
    )
    write_text(html, page)
