"""Tables for people that fit into 80 columns: the front, the finals, and what the columns mean."""

from collections.abc import Iterable, Mapping, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from rosearch.attacks.wilson import wilson
from rosearch.fitness.environmental import EnvironmentalFitness
from rosearch.search.finals import by_worth, worth
from rosearch.search.summary import FinalRow, RobustFigure
from rosearch.store.records import Trial

QUOTED = (
    "Under attack: the lower of margin and calibrated probability, mean over seeds, Wilson's interval over texts.\n"
    "* balanced accuracy more than 5 points below the teacher's. ! flagged, see below."
)
"""What the figures of the finals are."""

ROUNDING = 1e-9


def percent(share: float) -> str:
    """Renders a share as a percentage with one decimal."""
    return f"{100 * share:.1f} %"


def count(number: float) -> str:
    """Renders a large number in thousands or millions."""
    if number >= 1e6:
        return f"{number / 1e6:.2f} M"
    return f"{number / 1e3:.1f} k" if number >= 1e3 else f"{number:.0f}"


def by_shortcuts(kinds: Iterable[str]) -> str:
    """Says with which shortcuts figures were measured; nothing where there were none."""
    named = ", ".join(kinds)
    return f", by shortcuts ({named})" if named else ""


def table_of(*columns: str, title: str = "", left: int = 1) -> Table:
    """Returns an empty table; what does not fit is folded and never cut off.

    Args:
        *columns: The headers; a line break keeps a column narrow.
        title: What the table shows.
        left: So many first columns hold names and stand left; the others hold figures and stand right.
    """
    table = Table(
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        title=title or None,
        title_justify="left",
        title_style="bold",
    )
    for number, name in enumerate(columns):
        table.add_column(Text(name), justify="left" if number < left else "right", vertical="top", overflow="fold")
    return table


def front_table(
    front: Sequence[Trial],
    fitness: EnvironmentalFitness,
    *,
    attacked_labels: Sequence[str] = (),
    membership: Mapping[int, float] | None = None,
    most: int | None = None,
) -> Table:
    """Returns the front as the search sees it: on dev, at search fidelity.

    Args:
        front: Its members.
        fitness: Gives the last column, and the order.
        attacked_labels: The classes whose texts are attacked; empty for all.
        membership: How surely each is on the front, as a share by index; None leaves the column out.
        most: So many rows at most.
    """
    names = ["trial", "id", "robust-\nness", "robust accuracy\n[95 %]", "balanced\naccuracy", "weights", "fitness"]
    shown = [*names, "on the\nfront"] if membership else names
    counts = sorted({int(trial.metric("examples")) for trial in front})
    n = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    texts = f"dev texts{of_labels(attacked_labels)}{by_shortcuts(front[0].shortcuts)}"
    table = table_of(*shown, title=f"Front of the search: {len(front)} trial(s), on n = {n} {texts}, in %", left=2)
    for trial in by_worth(front, fitness)[:most]:
        robust, attacked = trial.robust_accuracy, trial.metric("examples")
        low, high = trial.details.get("robust_interval") or wilson(robust * attacked, attacked)
        table.add_row(
            str(trial.index),
            trial.architecture.architecture_id[:6],
            f"{100 * trial.robustness:.1f}",
            f"{100 * robust:.1f} [{100 * low:.1f}, {100 * high:.1f}]",
            f"{100 * trial.metric('balanced_accuracy'):.1f}",
            count(trial.metric("parameters")),
            f"{worth(trial, fitness):.3f}",
            *([f"{100 * membership.get(trial.index, 0.0):.0f} %"] if membership else []),
        )
    return table


def robustness_table(rows: Sequence[FinalRow], attacked_labels: Sequence[str] = ()) -> Table:
    """Returns what baselines and finalists withstand on test.

    Args:
        rows: What `final_rows` gives, at least one.
        attacked_labels: The classes whose texts are attacked; empty for all.
    """
    recipes = list(rows[0].robust)
    n = rows[0].robust[recipes[0]].n
    named = (f"{recipe}{_void(recipe, rows)}\n[95 %]" for recipe in recipes)
    columns = ("model", "accuracy", *named, "all\nof them", "worst\nclass")
    texts = f"texts{of_labels(attacked_labels)}"
    table = table_of(*columns, title=f"On test: accuracy in %, and under attack on n = {n} {texts} without query limit")
    for row in rows:
        table.add_row(
            name_of(row),
            f"{100 * row.accuracy:.1f}",
            *(_robust(row.robust[recipe]) if recipe in row.robust else "-" for recipe in recipes),
            f"{100 * row.robust_to_all:.1f}" if row.robust_to_all is not None else "-",
            f"{100 * min(figure.worst_class for figure in row.robust.values()):.1f}" if row.robust else "-",
            style=_style(row),
        )
    return table


def _void(recipe: str, rows: Sequence[FinalRow]) -> str:
    """Returns " (void)" behind the strict recipe where the teacher hardly loses anything to it."""
    from rosearch.attacks.strict import is_void

    teachers = [row for row in rows if row.name == "teacher"] if recipe == "strict" else []
    weak = any(is_void(accuracy=row.accuracy, robust_accuracy=row.robust[recipe].value) for row in teachers)
    return " (void)" if weak else ""


def unchanged_table(rows: Sequence[FinalRow]) -> Table | None:
    """Returns how right baselines and finalists are on unchanged test text; None where an old run lacks the figures.

    Args:
        rows: What `final_rows` gives, at least one.
    """
    names = ("accuracy", "balanced_accuracy", "macro_f1", "worst_class_accuracy", "recall_at_fpr")
    if any(name not in row.unchanged for row in rows for name in names):
        return None
    rate = 100 * rows[0].unchanged["false_positive_rate"]
    columns = ("accuracy", "balanced", "macro-F1", "worst\nclass", f"recall at {rate:g} %\nfalse alarms")
    table = table_of("model", *columns, title="On test: unchanged text, in %")
    for row in rows:
        table.add_row(name_of(row), *(f"{100 * row.unchanged[name]:.1f}" for name in names), style=_style(row))
    return table


def over_all_table(rows: Sequence[FinalRow], attacked_labels: Sequence[str]) -> Table:
    """Returns what stays right of all test texts where only some classes are attacked.

    Args:
        rows: What `final_rows` gives, at least one, with classes spared.
        attacked_labels: The classes whose texts are attacked.
    """
    recipes = list(rows[0].robust)
    title = f"On test: right of all texts in % [95 %], where those{of_labels(attacked_labels)} are attacked"
    table = table_of("model", *recipes, title=title)
    for row in rows:
        figures = (row.robust[recipe].over_all if recipe in row.robust else None for recipe in recipes)
        table.add_row(name_of(row), *(share_with_interval(*figure) if figure else "-" for figure in figures))
    return table


def transfer_table(rows: Sequence[FinalRow], attacked_labels: Sequence[str] = ()) -> Table | None:
    """Returns what stays right under an attack and under what fooled other models; None where no more falls to both.

    Args:
        rows: What `final_rows` gives, at least one.
        attacked_labels: The classes whose texts are attacked; empty for all.
    """
    figures = [figure for row in rows for figure in row.robust.values() if figure.with_transfer]
    if not any(figure.with_transfer and figure.with_transfer[0] < figure.value - ROUNDING for figure in figures):
        return None
    recipes = list(rows[0].robust)
    texts = f"texts{of_labels(attacked_labels)}"
    title = f"On test, n = {figures[0].n} {texts}: right under the attack and all that fooled other models, in %"
    table = table_of("model", *(f"{recipe}\n[95 %]" for recipe in recipes), title=title)
    for row in rows:
        unions = [row.robust[recipe].with_transfer if recipe in row.robust else None for recipe in recipes]
        if any(unions):
            cells = [share_with_interval(*union) if union else "-" for union in unions]
            table.add_row(name_of(row), *cells, style=_style(row))
    return table


def cost_table(rows: Sequence[FinalRow]) -> Table:
    """Returns what baselines and finalists cost.

    Args:
        rows: What `final_rows` gives.
    """
    table = table_of("model", "weights", "smaller than\nthe teacher", "ms a text", "seeds", title="Cost")
    for row in rows:
        table.add_row(
            name_of(row),
            count(row.parameters) if row.parameters else "-",
            f"{row.compression:.1f}x" if row.compression and row.name != "teacher" else "-",
            f"{row.latency_ms:.2f}" if row.latency_ms is not None else "-",
            str(row.repeats),
            style=_style(row),
        )
    return table


def name_of(row: FinalRow) -> Text:
    """Returns what a table calls a model; a star: too far below the teacher; an exclamation mark: flagged."""
    name = row.name if row.trial is None else f"trial {row.trial} ({row.name[:6]})"
    return Text(f"{name}{' *' if row.close_to_teacher is False else ''}{' !' if row.flags else ''}")


def share_with_interval(value: float, low: float, high: float) -> str:
    """Renders a share with its interval, in per cent."""
    return f"{100 * value:.1f} [{100 * low:.1f}, {100 * high:.1f}]"


def of_labels(attacked_labels: Sequence[str]) -> str:
    """Says whose texts are attacked, such as ``" of spam"``; nothing where all are."""
    return f" of {' and '.join(attacked_labels)}" if attacked_labels else ""


def against_table(rows: Sequence[FinalRow]) -> Table | None:
    """Returns how finalists compare with the uniform Transformer, text by text; None where that is not on record.

    Args:
        rows: What `final_rows` gives.
    """
    compared = [row for row in rows if row.against]
    if not compared:
        return None
    recipes = list(compared[0].against)
    n = compared[0].against[recipes[0]].n
    title = f"Robust accuracy against the uniform Transformer's, in points, paired over the same n = {n} texts"
    table = table_of("model", *(f"{recipe}\n[95 %]" for recipe in recipes), title=title)
    for row in compared:
        shares = [row.against[recipe] for recipe in recipes]
        cells = [f"{100 * s.difference:+.1f} [{100 * s.low:+.1f}, {100 * s.high:+.1f}]" for s in shares]
        table.add_row(name_of(row), *cells, style=_style(row))
    return table


def flag_lines(rows: Sequence[FinalRow]) -> str:
    """Returns a line for each flagged model, the reasons for the ! beside its name."""
    return "".join(f"! {name_of(row).plain.rstrip(' *!')}: {'; '.join(row.flags)}.\n" for row in rows if row.flags)


def _robust(figure: RobustFigure) -> str:
    return share_with_interval(figure.value, figure.low, figure.high)


def _style(row: FinalRow) -> str | None:
    return "bold" if row.trial is not None else None
