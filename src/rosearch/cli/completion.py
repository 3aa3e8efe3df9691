"""What a shell offers behind the Tab key: runs, trials, configurations, students, names of assets and recipes."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from rosearch.core.component import Component

if TYPE_CHECKING:
    from rosearch.store.records import Trial

Completions = list[tuple[str, str]]
"""What may stand there, each with a word on it."""


def runs(incomplete: str) -> Completions:
    """Offers run directories, and the folders that may hold some."""
    return _paths(incomplete, lambda path: (path / "run.toml").is_file())


def models(incomplete: str) -> Completions:
    """Offers run directories and students' folders, and the folders that may hold some."""
    return _paths(
        incomplete,
        lambda path: any((path / name).is_file() for name in ("run.toml", "student.json", "config.json")),
    )


def configurations(incomplete: str) -> Completions:
    """Offers TOML files, and the folders that may hold some."""
    return _paths(incomplete, lambda path: path.suffix == ".toml" and path.is_file())


def trials(context: typer.Context, incomplete: str) -> Completions:
    """Offers the trials of the run that the command line names, each with its figures."""
    from rosearch.core.errors import RoSearchError
    from rosearch.search.study import Study

    # Behind an option that still waits for its value, arguments are not told apart yet.
    run = context.params.get("run") or context.params.get("model") or next(iter(context.args), None)
    if run is None:
        return []
    with contextlib.suppress(RoSearchError, OSError):
        found = Study.open(Path(run)).trials
        return [(str(trial.index), _figures(trial)) for trial in found if str(trial.index).startswith(incomplete)]
    return []


def assets(incomplete: str) -> Completions:
    """Offers what can be fetched."""
    from rosearch.data.assets import ASSETS

    return [(name, asset.title) for name, asset in ASSETS.items() if name.startswith(incomplete)]


def recipes(incomplete: str) -> Completions:
    """Offers kinds of attacks."""
    from rosearch.attacks.attack import Attack

    return _kinds(Attack, incomplete)


def schemes(incomplete: str) -> Completions:
    """Offers kinds of training schemes."""
    from rosearch.distillation.scheme import Scheme

    return _kinds(Scheme, incomplete)


def _kinds(family: type[Component], incomplete: str) -> Completions:
    return [
        (kind, (member.__doc__ or "").partition("\n")[0])
        for kind, member in sorted(family.known().items())
        if kind.startswith(incomplete)
    ]


def _paths(incomplete: str, wanted: Callable[[Path], bool]) -> Completions:
    """Offers the wanted paths beside what is typed, and folders, with a slash so that one can go on."""
    typed = Path(incomplete).expanduser()
    folder, begun = (typed, "") if not incomplete or incomplete.endswith("/") else (typed.parent, typed.name)
    prefix = incomplete[: len(incomplete) - len(begun)]
    offered: Completions = []
    with contextlib.suppress(OSError):
        for path in sorted(folder.iterdir()):
            if path.name.startswith(begun) and (begun.startswith(".") or not path.name.startswith(".")):
                if wanted(path):
                    offered.append((f"{prefix}{path.name}", ""))
                elif path.is_dir():
                    offered.append((f"{prefix}{path.name}/", ""))
    return offered


def _figures(trial: "Trial") -> str:
    if trial.error:
        return "failed"
    feasible = "" if trial.feasible else ", infeasible"
    return f"robustness {100 * trial.robustness:.1f} %, accuracy {100 * trial.accuracy:.1f} %{feasible}"
