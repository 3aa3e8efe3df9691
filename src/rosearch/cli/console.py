"""The two ends of the terminal: results on stdout, everything else on stderr."""

import json
from typing import Any

import typer
from rich.console import Console, RenderableType

results = Console(highlight=False)
messages = Console(stderr=True, highlight=False)


def emit_json(data: Any) -> None:
    """Prints data as JSON on stdout, unstyled and unwrapped."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False))


def emit(renderable: RenderableType) -> None:
    """Prints something for people on stdout, fitted to the terminal; in plain strings, brackets are no markup."""
    results.print(renderable, markup=False)


def emit_long(renderable: RenderableType) -> None:
    """Prints text on stdout and leaves the breaking of lines to the terminal, so that it can be copied."""
    results.print(renderable, markup=False, soft_wrap=True)


def tell(text: str) -> None:
    """Prints a message on stderr."""
    messages.print(text, markup=False, soft_wrap=True)
