"""`rosearch show`: one architecture, what it is worth, and how it was fooled."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rosearch.cli.console import emit, emit_json, emit_long
from rosearch.cli.options import JsonOption, RunArgument, TrialArgument

if TYPE_CHECKING:
    from rosearch.search.results import Results
    from rosearch.search.study import Study
    from rosearch.store.records import Trial


def command(
    run: RunArgument,
    trial: TrialArgument = None,
    examples: Annotated[int, typer.Option("--examples", min=0, help="Adversarial examples for each attack.")] = 3,
    svg: Annotated[
        Path | None, typer.Option("--svg", help="Also write the drawing to this file.", show_default=False)
    ] = None,
    json: JsonOption = False,
) -> None:
    """Draw an architecture, and print its figures and adversarial examples with the changed words marked."""
    from rosearch.core.files import write_text
    from rosearch.search.pruning import student_path
    from rosearch.search.study import Study
    from rosearch.space.drawing import draw_svg, draw_text

    study = Study.open(run)
    results = study.results
    chosen = choose_trial(study, results, trial)
    if svg is not None:
        write_text(svg, draw_svg(chosen.architecture))
    if json:
        emit_json(chosen.to_record())
        return
    parents = f" of {', '.join(map(str, chosen.proposal.parents))}" if chosen.proposal.parents else ""
    emit_long(f"trial {chosen.index} ({chosen.proposal.operator}{parents})\n")
    emit_long(draw_text(chosen.architecture))
    if chosen.error:
        emit_long(f"\nfailed: {chosen.error}")
        return
    _print_figures(chosen)
    pruned = chosen.index in results.pruned
    where = "pruned, as the trial left the front (search.keep)" if pruned else student_path(study.directory, chosen)
    emit_long(f"student   {where}")
    names = results.teacher["label_names"] if results.teacher else ()
    _print_examples(study.directory.trial_path(chosen.proposal), names, examples)


def choose_trial(study: "Study", results: "Results", index: int | None) -> "Trial":
    """Returns the trial asked for, or the front's best by environmental fitness.

    Args:
        study: A recorded study.
        results: What is recorded of it.
        index: The trial's number, or None.

    Raises:
        InputError: If there is no such trial, or no front yet.
    """
    from rosearch.core.errors import InputError
    from rosearch.search.finals import choose_finalists

    if index is None:
        best = choose_finalists(results.front, study.configuration.fitness.environmental, count=1)
        if not best:
            raise InputError(f"{study.directory.path}: the front is still empty. Name a trial, or search on.")
        return best[0]
    for trial in results.trials:
        if trial.index == index:
            return trial
    last = max((trial.index for trial in results.trials), default=None)
    known = "none is recorded" if last is None else f"recorded are 0 .. {last}"
    raise InputError(f"{study.directory.path}: there is no trial {index}; {known}.")


def _print_figures(trial: "Trial") -> None:
    from rosearch.attacks.robustness import Robustness
    from rosearch.cli.tables import by_shortcuts, count, percent, table_of

    metrics = trial.metrics
    size = f"{count(metrics['parameters'])}, {count(metrics['parameters_without_embedding'])} without embedding"
    emit_long(f"\nweights   {size}; {count(metrics['flops'])} FLOPs for {metrics['flops_length']:.0f} word pieces")
    right = f"{percent(metrics['accuracy'])} of dev, balanced over classes {percent(metrics['balanced_accuracy'])}"
    emit_long(f"right     {right}{'' if trial.feasible else ': infeasible, below the bag of embeddings'}")
    for record in trial.details.get("robustness", ()):
        figures = Robustness.from_record(record)
        low, high = figures.interval
        emit_long(
            f"attacked  {figures.attack} by {figures.score['kind']}, no query limit: "
            f"{percent(figures.robust_accuracy)} [{100 * low:.1f}, {100 * high:.1f}]\n"
            f"          of n = {figures.n} dev texts, which the search has seen{by_shortcuts(trial.shortcuts)}"
        )
        curve = table_of("within queries", *map(str, figures.budget_curve), "no limit", "mean")
        shares = (*figures.budget_curve.values(), figures.robust_accuracy, figures.mean_of_budget_curve)
        curve.add_row("accuracy in %", *(f"{100 * share:.1f}" for share in shares))
        emit(curve)


def _print_examples(folder: Path, names: Sequence[str], count: int) -> None:
    from rosearch.attacks.result_table import read_results
    from rosearch.cli.examples import render_examples

    for path in sorted((folder / "attacks").glob("*.parquet")) if count else ():
        results = read_results(path)
        succeeded = sum(result.status == "success" for result in results)
        emit_long(f"{path}: {succeeded} of {len(results)} texts fell, changed words in brackets")
        for example in render_examples(results, names, count=count):
            emit_long(example)
