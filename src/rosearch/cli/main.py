"""The program `rosearch`: its commands, and how errors reach a person."""

import sys
from typing import Annotated

import click
import typer

from rosearch import __version__
from rosearch.cli import analyze, attack, fetch, search, show, status
from rosearch.cli.console import messages
from rosearch.core.errors import RoSearchError

INTERRUPTED = 130

app = typer.Typer(
    name="rosearch",
    help="Searches for small text classifiers that stay right when somebody rewrites their input.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (fetch, search, status, show, analyze, attack):
    app.command(name=module.__name__.rpartition(".")[2])(module.command)


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
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error came from.")] = False,
) -> None:
    """Searches for small text classifiers that stay right when somebody rewrites their input."""


def main() -> None:
    """Runs the program: exit code 0 for success, 1 for a failure, 2 for wrong input, 130 for an interrupt."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    if len(arguments) < len(sys.argv) - 1:
        app(arguments)
        return
    try:
        sys.exit(app(arguments, standalone_mode=False) or 0)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        messages.print("Stopped. The same command goes on where this one ended.")
        sys.exit(INTERRUPTED)
    except RoSearchError as error:
        messages.print(f"[bold red]Error:[/] {_escape(str(error))}", highlight=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except Exception as error:
        name = type(error).__name__
        messages.print(f"[bold red]Unexpected {name}:[/] {_escape(str(error))}", highlight=False, soft_wrap=True)
        messages.print("This is a fault of rosearch. `rosearch --debug ...` shows where it came from.")
        sys.exit(1)


def _escape(text: str) -> str:
    from rich.markup import escape

    return escape(text)
