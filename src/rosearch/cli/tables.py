"""Tables for people: the front, the finals, and what the columns mean."""

from collections.abc import Sequence

from rich.table import Table

from rosearch.fitness.environmental import EnvironmentalFitness
from rosearch.search.summary import FinalRow, RobustFigure
from rosearch.store.records import Trial


def percent(share: float) -> str:
    """Renders a share as a percentage with one decimal."""
    return f"{100 * share:.1f} %"


def millions(count: float) -> str:
    """Renders a number of weights."""
    return f"{count / 1e6:.2f} M" if count else "-"


def front_table(front: Sequence[Trial], fitness: EnvironmentalFitness) -> Table:
    """Returns the front as the search sees it: on dev, at search fidelity.

    Args:
        front: Its members.
        fitness: Gives the last column.
    """
    table = Table(
        title="Front of the search (dev, search fidelity: for choosing, not for quoting)", title_justify="left"
    )
    columns = ("trial", "architecture", "robustness", "robust acc.", "balanced acc.", "weights", "fitness")
    for number, name in enumerate(columns):
        table.add_column(name, justify="left" if number == 1 else "right", no_wrap=True)
    for trial in sorted(front, key=lambda trial: -trial.robustness):
        balanced, parameters = trial.metric("balanced_accuracy"), trial.metric("parameters")
        worth = fitness(balanced_accuracy=balanced, robustness=trial.robustness, parameters=parameters)
        table.add_row(
            str(trial.index),
            trial.architecture.architecture_id,
            percent(trial.robustness),
            percent(trial.robust_accuracy),
            percent(balanced),
            millions(parameters),
            f"{worth:.3f}",
        )
    table.caption = f"fitness (ours) = {fitness.formula}; robustness = mean of the budget curve"
    table.caption_justify = "left"
    return table


def finals_table(rows: Sequence[FinalRow]) -> Table:
    """Returns baselines and finalists on test.

    Args:
        rows: What `final_rows` gives.
    """
    recipes = list(rows[0].robust)
    n = rows[0].robust[recipes[0]].n
    table = Table(title=f"On test: accuracy, and accuracy under attack on n = {n} texts", title_justify="left")
    table.add_column("model", no_wrap=True)
    table.add_column("accuracy", justify="right", no_wrap=True)
    for recipe in recipes:
        table.add_column(f"{recipe} [95 %]", justify="right", no_wrap=True)
    for name in ("worst class", "weights", "smaller", "ms/text", "seeds"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        name = row.name if row.trial is None else f"trial {row.trial} {row.name}"
        table.add_row(
            name if row.close_to_teacher is not False else f"{name} *",
            percent(row.accuracy),
            *(with_interval(row.robust[recipe]) for recipe in recipes),
            percent(min(figure.worst_class for figure in row.robust.values())),
            millions(row.parameters),
            f"{row.compression:.1f}x" if row.compression else "-",
            f"{row.latency_ms:.1f}" if row.latency_ms is not None else "-",
            str(row.repeats),
            style="bold" if row.trial is not None else None,
        )
    table.caption = (
        "Each attacked figure is the lower of margin and calibrated probability, mean over seeds, with Wilson's "
        "interval over the texts; no query limit. The search attacked with the first recipe only. "
        "* balanced accuracy more than 5 points below the teacher's."
    )
    table.caption_justify = "left"
    return table


def with_interval(figure: RobustFigure) -> str:
    """Renders robust accuracy with its interval, in per cent."""
    return f"{100 * figure.value:.1f} [{100 * figure.low:.1f}, {100 * figure.high:.1f}]"
