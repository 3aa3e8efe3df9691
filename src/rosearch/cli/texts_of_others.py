"""What `rosearch attack --out FOLDER` found on other models, for `rosearch attack --transfer FOLDER`."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rosearch.core.errors import InputError

if TYPE_CHECKING:
    from rosearch.attacks.result import AttackResult
    from rosearch.core.protocols import Text

_WROTE = "Give a folder that rosearch attack OTHER --out FOLDER wrote, on the same texts and by the same recipes."


def outcomes_on_others(
    folders: Sequence[Path], attacks: Sequence[str], texts: "Collection[Text]"
) -> "dict[str, list[AttackResult]]":
    """Reads outcomes of attacks on other models.

    Args:
        folders: What the user named.
        attacks: Names of the attacks that are wanted.
        texts: What is going to be attacked.

    Returns:
        By attack, those of margin and of probability, folder by folder.

    Raises:
        InputError: If a folder has no outcomes, or none by these attacks or of these texts.
    """
    found: dict[str, list[AttackResult]] = {}
    known = set(texts)
    for folder in folders:
        outcomes = _read(folder, attacks)
        if not any(result.original in known for results in outcomes.values() for result in results):
            raise InputError(
                f"--transfer {folder}: none of its texts is among the {len(texts)} that are to be attacked. {_WROTE} "
                "Equal --examples and --seed choose equal texts."
            )
        for attack, results in outcomes.items():
            found.setdefault(attack, []).extend(results)
    return found


def _read(folder: Path, attacks: Sequence[str]) -> "dict[str, list[AttackResult]]":
    files = sorted(folder.glob("*-margin.parquet")) + sorted(folder.glob("*-probability.parquet"))
    if not files:
        raise InputError(f"--transfer {folder}: holds no outcomes of an attack (*-margin.parquet). {_WROTE}")
    outcomes: dict[str, list[AttackResult]] = {}
    for path in files:
        name = path.stem.rpartition("-")[0]
        if name in attacks:
            outcomes.setdefault(name, []).extend(_results(path))
    if not outcomes:
        there = ", ".join(dict.fromkeys(path.stem.rpartition("-")[0] for path in files))
        wanted = ", ".join(attacks)
        raise InputError(f"--transfer {folder}: holds outcomes of {there}, and none of {wanted}. {_WROTE}")
    return outcomes


def _results(path: Path) -> "tuple[AttackResult, ...]":
    import polars

    from rosearch.attacks.result_table import read_results

    try:
        return read_results(path)
    except (polars.exceptions.PolarsError, OSError, KeyError, TypeError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"--transfer {path}: cannot be read as outcomes of an attack: {reason}. {_WROTE}") from error
