"""The program `rosearch`: its commands, and how errors reach a person."""

import functools
import io
import sys
import traceback
from collections.abc import Callable
from typing import Annotated, ParamSpec

import typer

from rosearch import __version__
from rosearch.cli import (
    analyze,
    attack,
    check,
    doctor,
    export,
    fetch,
    init,
    ls,
    predict,
    retrain,
    schema,
    search,
    show,
    status,
    teach,
    verify,
)
from rosearch.cli.console import messages, tell
from rosearch.core.errors import RoSearchError

FAILED, INTERRUPTED = 1, 130

P = ParamSpec("P")


def interruptible(command: Callable[P, None]) -> Callable[P, None]:
    """Returns a command that Ctrl-C ends with the exit code that shells expect."""

    @functools.wraps(command)
    def wrapped(*arguments: P.args, **options: P.kwargs) -> None:
        try:
            command(*arguments, **options)
        except KeyboardInterrupt:
            tell("Stopped.")
            raise typer.Exit(INTERRUPTED) from None

    return wrapped


app = typer.Typer(
    name="rosearch",
    help="Searches for small text classifiers that stay right when somebody rewrites their input.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
COMMANDS = (
    init,
    fetch,
    check,
    teach,
    search,
    ls,
    status,
    show,
    analyze,
    attack,
    retrain,
    export,
    predict,
    verify,
    doctor,
    schema,
)
"""In the order of the help, which is that of their use."""

for module in COMMANDS:
    app.command(name=module.__name__.rpartition(".")[2])(interruptible(module.command))


def print_version(wanted: bool) -> None:
    """Prints the version and ends the program."""
    if wanted:
        typer.echo(f"rosearch {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where an error came from; anywhere on the command line.")
    ] = False,
) -> None:
    """Searches for small text classifiers that stay right when somebody rewrites their input."""


def main() -> None:
    """Runs the program: exit code 0 for success, 1 for a failure, 2 for wrong input, 130 for an interrupt."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal without the signs of a drawing shows question marks instead of an error.
            stream.reconfigure(errors="replace")
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    debug = len(arguments) < len(sys.argv) - 1
    try:
        app(arguments, prog_name="rosearch")
    except Exception as error:
        if debug:
            traceback.print_exc()
        sys.exit(report_error(error, debug=debug))


def report_error(error: Exception, *, debug: bool) -> int:
    """Says on stderr what went wrong, in words.

    Args:
        error: One of rosearch's own, or a fault of the program.
        debug: Whether the traceback was shown.

    Returns:
        The exit code.
    """
    from rich.text import Text

    expected = isinstance(error, RoSearchError)
    name = "Error" if expected else f"Unexpected {type(error).__name__}"
    messages.print(Text.assemble((f"{name}: ", "bold red"), str(error)), soft_wrap=True)
    if not expected and not debug:
        tell("This is a fault of rosearch. Add --debug to see where it came from.")
    return error.exit_code if isinstance(error, RoSearchError) else FAILED
