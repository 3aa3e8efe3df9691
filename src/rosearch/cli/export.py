"""`rosearch export`: a student for use elsewhere."""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rosearch.cli import completion
from rosearch.cli.console import emit, emit_long, messages, tell
from rosearch.cli.options import OfflineOption, require_folder
from rosearch.core.errors import InputError

if TYPE_CHECKING:
    from rosearch.export.measured import MeasuredFile
    from rosearch.export.parity import Parity

PARITY_TEXTS = 256


def command(
    model: Annotated[
        Path,
        typer.Argument(
            metavar="MODEL", help="A run directory, or a student's folder.", autocompletion=completion.models
        ),
    ],
    to: Annotated[Literal["huggingface", "onnx"], typer.Option("--to", help="What to write.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write.")],
    trial: Annotated[
        int | None,
        typer.Argument(
            metavar="TRIAL",
            help="Of a run; its best by fitness if left out. A finalist is taken as retrained, with seed 0.",
            show_default=False,
            autocompletion=completion.trials,
        ),
    ] = None,
    attack: Annotated[
        int | None,
        typer.Option(
            "--attack",
            min=1,
            metavar="N",
            help="Ask every file for the run's test texts, attack it on N of them, and tell both in the card.",
            show_default=False,
        ),
    ] = None,
    offline: OfflineOption = False,  # noqa: ARG001 - acts on its own
) -> None:
    """Write a student as files that run elsewhere, and check that it answers there as it does here."""
    import numpy as np

    from rosearch.cli.progress import showing_progress
    from rosearch.export.formats import FORMATS
    from rosearch.export.measured import measure_files
    from rosearch.export.origin import Origin
    from rosearch.export.parity import compare, random_texts
    from rosearch.students.student import Student

    require_folder(out)
    origin = Origin.find(model, trial)
    if attack is not None and origin.study is None:
        raise InputError(
            f"{model}: a student's folder holds no texts to attack. Give --attack with a run, or attack what was "
            f"exported on texts of yours: rosearch attack {out} --data FILE."
        )
    tell(f"exporting {origin.folder}")
    student = Student.from_pretrained(origin.folder, device="cpu")
    exported = FORMATS[to].export(origin, student, out)
    texts = random_texts(student.tokenizer, PARITY_TEXTS, longest=student.max_length, rng=np.random.default_rng(0))
    _print({path: compare(student, victim, texts) for path, victim in exported.items()})
    if attack is not None and origin.study is not None:
        with showing_progress(messages) as display:
            files = measure_files(exported, origin.study, examples=attack, listener=display)
        FORMATS[to].describe(origin, out, files=files)
        _print_worth(files)
    emit_long(f"card  {out}/README.md")


def _print(parities: "Mapping[Path, Parity]") -> None:
    from rosearch.cli.tables import table_of

    title = f"Beside the student in torch, on {PARITY_TEXTS} texts of random words"
    table = table_of("file", "size", "largest difference\nof a logit", "same class", title=title, left=1)
    for path, parity in parities.items():
        size = path.stat().st_size
        table.add_row(
            str(path),
            f"{size / 2**20:.1f} MiB" if size >= 2**20 else f"{size / 2**10:.0f} KiB",
            f"{parity.largest_difference:.1g}",
            str(parity.same_predictions),
        )
    emit(table)


def _print_worth(files: "Sequence[MeasuredFile]") -> None:
    from rosearch.cli.tables import share_with_interval, table_of

    figures = files[0].robustness
    title = f"On test, in %: right of {files[0].texts:,} texts; under attack on n = {figures[0].n}, and over budgets"
    columns = (name for figure in figures for name in (f"{figure.attack}\n[95 %]", "mean of\nbudgets"))
    table = table_of("file", "accuracy", *columns, title=title)
    for file in files:
        shares = (
            (
                share_with_interval(figure.robust_accuracy, *figure.interval),
                f"{100 * figure.mean_of_budget_curve:.1f}",
            )
            for figure in file.robustness
        )
        table.add_row(file.name, f"{100 * file.accuracy:.1f}", *itertools.chain(*shares))
    emit(table)
