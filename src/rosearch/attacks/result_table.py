"""Outcomes as Parquet: a row a text, for whoever counts on."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rosearch.attacks.result import AttackResult
from rosearch.core.files import whole_file

if TYPE_CHECKING:
    import polars


def write_results(path: Path, results: Sequence[AttackResult]) -> None:
    """Writes outcomes, whole or not at all.

    Args:
        path: The Parquet file.
        results: Of one attack; ``original`` and ``adversarial`` become lists of fields, ``falls_within`` a column for
            each budget.
    """
    content = io.BytesIO()
    _table(results).write_parquet(content)
    # By Python's own write: a full disk is then an OSError, which a search knows how to end with.
    with whole_file(path) as temporary:
        temporary.write_bytes(content.getvalue())


def read_results(path: Path) -> tuple[AttackResult, ...]:
    """Reads what `write_results` wrote."""
    import polars

    return tuple(_result(row) for row in polars.read_parquet(path).iter_rows(named=True))


_BUDGET = "falls_within_"


def _table(results: Sequence[AttackResult]) -> "polars.DataFrame":
    import polars

    return polars.DataFrame(
        [_row(result) for result in results],
        schema_overrides={"changed": polars.List(polars.Int64), "similarity": polars.Float64},
    )


def _row(result: AttackResult) -> dict[str, Any]:
    record = result.to_record()
    budgets = record.pop("falls_within")
    texts = {name: _listed(record[name]) for name in ("original", "adversarial")}
    return record | texts | {f"{_BUDGET}{budget}": falls for budget, falls in budgets.items()}


def _result(row: dict[str, Any]) -> AttackResult:
    budgets = {name.removeprefix(_BUDGET): row.pop(name) for name in list(row) if name.startswith(_BUDGET)}
    texts = {name: row[name][0] if len(row[name]) == 1 else row[name] for name in ("original", "adversarial")}
    return AttackResult.from_record(row | texts | {"falls_within": budgets})


def _listed(text: str | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else text
