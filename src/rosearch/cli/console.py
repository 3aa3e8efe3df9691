"""The two ends of the terminal: results on stdout, everything else on stderr."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console, RenderableType

results = Console(soft_wrap=True)
messages = Console(stderr=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of tables for people.")]


def emit_json(data: Any) -> None:
    """Prints data as JSON on stdout, unstyled and unwrapped."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False))


def emit(renderable: RenderableType) -> None:
    """Prints something for people on stdout."""
    results.print(renderable)
