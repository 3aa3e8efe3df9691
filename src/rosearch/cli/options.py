"""Arguments and options that several commands share, and the study that they describe."""

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Annotated

import typer

from rosearch.cli import completion
from rosearch.core.errors import InputError
from rosearch.core.network import is_offline, offline

if TYPE_CHECKING:
    from rosearch.search.study import Study


def _stay_offline(context: typer.Context, wanted: bool) -> bool:
    """Keeps the command off the network until it ends; a variable in the environment asks for the same."""
    if wanted or is_offline():
        context.with_resource(offline())
    return wanted


RunArgument = Annotated[
    Path,
    typer.Argument(metavar="RUN", help="A run directory.", show_default=False, autocompletion=completion.runs),
]
TrialArgument = Annotated[
    int | None,
    typer.Argument(
        metavar="TRIAL",
        help="Number of a trial; the front's best by fitness if left out.",
        show_default=False,
        autocompletion=completion.trials,
    ),
]
ConfigArgument = Annotated[
    Path,
    typer.Argument(
        metavar="CONFIG",
        help="A search as TOML, such as configs/quickstart.toml.",
        autocompletion=completion.configurations,
    ),
]
RunOption = Annotated[
    Path | None,
    typer.Option(
        "--run",
        help="Run directory; runs/<name of the TOML> by default.",
        show_default=False,
        autocompletion=completion.runs,
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Laid over the TOML, as search.trials=32.", show_default=False),
]
TrialsOption = Annotated[
    int | None, typer.Option("--trials", min=1, help="Short for --set search.trials=.", show_default=False)
]
HoursOption = Annotated[
    float | None,
    typer.Option("--hours", min=0, help="Stop after so long; the same command goes on later.", show_default=False),
]
WorkersOption = Annotated[
    int | None,
    typer.Option("--workers", min=1, help="Evaluate so many trials at a time, in processes.", show_default=False),
]
SchemeOption = Annotated[
    str | None,
    typer.Option(
        "--scheme",
        help="Short for --set fitness.scheme.kind=, such as robust.",
        show_default=False,
        autocompletion=completion.schemes,
    ),
]
SkipOption = Annotated[
    bool,
    typer.Option("--skip-bad-rows", help="Leave out and count rows that do not fit, instead of refusing the file."),
]
OfflineOption = Annotated[
    bool,
    typer.Option(
        "--offline",
        callback=_stay_offline,
        help="Touch no network, as ROSEARCH_OFFLINE=1 does; what is missing is named, with how to bring it.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of tables for people.")]


def study_of(
    config: Path,
    run: Path | None,
    *,
    assignments: list[str] | None = None,
    trials: int | None = None,
    workers: int | None = None,
    scheme: str | None = None,
    skip_bad_rows: bool = False,
) -> "Study":
    """Returns the study that a command line describes.

    Args:
        config: The TOML.
        run: The run directory; None for the one that the TOML's name gives.
        assignments: What is laid over the TOML.
        trials: Comes last.
        workers: Comes last.
        scheme: The kind of the training scheme; comes last.
        skip_bad_rows: Whether rows that do not fit are left out.

    Raises:
        ConfigError: If something does not fit.
    """
    from rosearch.search.configuration import Configuration
    from rosearch.search.study import Study

    overrides = assignments_of(assignments, trials=trials, workers=workers, scheme=scheme, skip_bad_rows=skip_bad_rows)
    configuration = Configuration.read(config, overrides=overrides)
    return Study.from_configuration(configuration, run or Path("runs") / config.stem)


def assignments_of(
    assignments: list[str] | None,
    *,
    trials: int | None = None,
    workers: int | None = None,
    scheme: str | None = None,
    skip_bad_rows: bool = False,
) -> list[str]:
    """Returns all assignments of a command line; the short forms come last.

    Args:
        assignments: Those of ``--set``.
        trials: Of ``--trials``.
        workers: Of ``--workers``.
        scheme: Of ``--scheme``.
        skip_bad_rows: Of ``--skip-bad-rows``.
    """
    result = list(assignments or ())
    if trials is not None:
        result.append(f"search.trials={trials}")
    if scheme is not None:
        result.append(f"fitness.scheme.kind={scheme}")
    if skip_bad_rows:
        result.append("task.skip_bad_rows=true")
    if workers is not None:
        result += ["search.executor.kind=processes", f"search.executor.workers={workers}"]
    return result


def require_folder(out: Path | None) -> None:
    """Makes sure that a folder is there or can be made, before anything takes time.

    Args:
        out: What the user named; None asks for no folder.

    Raises:
        InputError: If a file stands in its place, or it cannot be made or written.
    """
    if out is None:
        return
    made: list[Path] = []
    try:
        made = [path for path in (out, *out.parents) if not path.exists()]
        out.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=out):
            pass
    except (FileExistsError, NotADirectoryError):
        file = next(path for path in (out, *out.parents) if path.is_file())
        raise InputError(f"{file}: is a file, and a folder is needed there. Give another place with --out.") from None
    except OSError as error:
        raise InputError(
            f"{out}: nothing can be written there: {error.strerror or error}. Give another place with --out."
        ) from None
    finally:
        # What fails before anything is written leaves no empty folder behind.
        for path in made:
            with suppress(OSError):
                path.rmdir()
