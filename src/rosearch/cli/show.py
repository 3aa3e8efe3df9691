"""`rosearch show`: one architecture, what it is worth, and how it was fooled."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rosearch.cli.console import JsonOption, emit, emit_json
from rosearch.cli.status import RunArgument

if TYPE_CHECKING:
    from rosearch.search.study import Study
    from rosearch.store.records import Trial


def command(
    run: RunArgument,
    trial: Annotated[
        int | None,
        typer.Argument(help="Number of a trial; the front's best by fitness if left out.", show_default=False),
    ] = None,
    examples: Annotated[int, typer.Option("--examples", min=0, help="Adversarial examples for each attack.")] = 3,
    svg: Annotated[
        Path | None, typer.Option("--svg", help="Also write the drawing to this file.", show_default=False)
    ] = None,
    json: JsonOption = False,
) -> None:
    """Draw an architecture, and print its figures and adversarial examples with the changed words marked."""
    from rosearch.core.files import write_text
    from rosearch.search.study import Study
    from rosearch.space.drawing import draw_svg, draw_text

    study = Study.open(run)
    chosen = choose_trial(study, trial)
    if svg is not None:
        write_text(svg, draw_svg(chosen.architecture))
    if json:
        emit_json(chosen.to_record())
        return
    parents = f" from {', '.join(map(str, chosen.proposal.parents))}" if chosen.proposal.parents else ""
    typer.echo(f"trial {chosen.index}: {chosen.architecture.architecture_id} ({chosen.proposal.operator}{parents})\n")
    typer.echo(draw_text(chosen.architecture))
    if chosen.error:
        typer.echo(f"\nfailed: {chosen.error}")
        return
    _print_figures(chosen)
    _print_examples(study, chosen, examples)


def choose_trial(study: "Study", index: int | None) -> "Trial":
    """Returns the trial asked for, or the front's best by environmental fitness.

    Args:
        study: A recorded study.
        index: The trial's number, or None.

    Raises:
        InputError: If there is no such trial, or no front yet.
    """
    from rosearch.core.errors import InputError
    from rosearch.search.finals import choose_finalists

    results = study.results
    if index is None:
        best = choose_finalists(results.front, study.configuration.fitness.environmental, count=1)
        if not best:
            raise InputError(f"{study.directory.path}: the front is empty yet. Name a trial, or search on.")
        return best[0]
    for trial in results.trials:
        if trial.index == index:
            return trial
    last = max((trial.index for trial in results.trials), default=None)
    known = "none is recorded" if last is None else f"recorded are 0 .. {last}"
    raise InputError(f"{study.directory.path}: there is no trial {index}; {known}.")


def _print_figures(trial: "Trial") -> None:
    from rosearch.attacks.robustness import Robustness
    from rosearch.cli.tables import millions, percent

    metrics = trial.metrics
    typer.echo(f"\naccuracy {percent(metrics['accuracy'])}, balanced {percent(metrics['balanced_accuracy'])} (dev)")
    size = f"{millions(metrics['parameters'])}, {millions(metrics['parameters_without_embedding'])} without embedding"
    typer.echo(f"weights {size}; {metrics['flops'] / 1e6:.1f} MFLOPs for {metrics['flops_length']:.0f} word pieces")
    for record in trial.details.get("robustness", ()):
        figures = Robustness.from_record(record)
        low, high = figures.interval
        curve = "  ".join(f"{budget}: {percent(value)}" for budget, value in figures.budget_curve.items())
        typer.echo(
            f"{figures.recipe['kind']} by {figures.score['kind']}, no query limit: {percent(figures.robust_accuracy)} "
            f"[{100 * low:.1f}, {100 * high:.1f}] of n = {figures.n} dev texts (seen by the search)"
        )
        typer.echo(f"  within queries  {curve}  mean: {percent(figures.mean_of_budget_curve)}")


def _print_examples(study: "Study", trial: "Trial", count: int) -> None:
    from rosearch.cli.examples import read_results, render_examples

    results = study.results
    names = results.teacher["label_names"] if results.teacher else []
    folder = study.directory.trial_path(trial.proposal) / "attacks"
    for path in sorted(folder.glob("*.jsonl")) if count else ():
        typer.echo(f"\n{path.stem}: {path}")
        for example in render_examples(read_results(path), names, count=count):
            emit(example)
