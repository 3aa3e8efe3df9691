"""`rosearch analyze`: what the searched architectures say about robustness."""

from typing import TYPE_CHECKING, Annotated

import typer

from rosearch.cli.console import emit, emit_json
from rosearch.cli.options import JsonOption, RunArgument

if TYPE_CHECKING:
    from rosearch.analysis.architecture_statistics import SampleStatistics


def command(
    run: RunArgument,
    rows: Annotated[int, typer.Option("--rows", min=1, help="Lines of each table.")] = 12,
    samples: Annotated[int, typer.Option("--samples", min=100, help="Draws of the bootstrap.")] = 2000,
    seed: Annotated[int, typer.Option("--seed", help="Of the bootstrap.")] = 0,
    json: JsonOption = False,
) -> None:
    """Relate features of the architectures to robustness, over the random sample and over all trials."""
    from rosearch.analysis.architecture_statistics import architecture_statistics
    from rosearch.cli.tables import by_shortcuts
    from rosearch.search.study import Study

    trials = Study.open(run).trials
    statistics = architecture_statistics(trials, seed=seed, samples=samples)
    if json:
        emit_json(statistics.to_record())
        return
    for sample in (statistics.random, statistics.all):
        _print(sample, rows)
    measured = by_shortcuts(dict.fromkeys(kind for trial in trials for kind in trial.shortcuts))
    emit(f"Robustness: mean of the budget curve on dev{measured}. Figures of a search choose, and are not quoted.")


def _print(sample: "SampleStatistics", rows: int) -> None:
    from rosearch.cli.tables import table_of

    name = "the random sample" if sample.sample == "random" else "all trials (children share parents: q is too small)"
    emit(f"Over {name}: n = {sample.n}, left out: {sample.failed} failed, {sample.infeasible} infeasible")
    emit(f"  {sample.conclusion}")
    if sample.rows:
        table = table_of("feature", "outcome", "rho [95 %]", "rho given\nsize", "p", "q", left=2)
        for row in sample.rows[:rows]:
            low, high = row.interval
            partial = "-" if row.partial_rho is None else f"{row.partial_rho:+.2f}"
            figures = (f"{row.rho:+.2f} [{low:+.2f}, {high:+.2f}]", partial, f"{row.p:.3f}", f"{row.q:.3f}")
            table.add_row(row.feature, row.outcome, *figures, style="bold" if row.found else None)
        emit(table)
        if len(sample.rows) > rows:
            emit(f"  {len(sample.rows) - rows} more lines: --rows {len(sample.rows)}, or --json")
    if sample.constant:
        emit(f"  the same in all of them, hence left out: {', '.join(sample.constant)}")
    emit("")
