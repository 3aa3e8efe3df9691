"""`rosearch schema`: what a configuration may say, for editors and programs."""

from pathlib import Path
from typing import Annotated

import typer

from rosearch.cli.console import emit_json, tell


def command(
    out: Annotated[Path | None, typer.Option("--out", help="Write to this file instead.", show_default=False)] = None,
) -> None:
    """Print the JSON schema of a configuration: every section, kind and key, with its default."""
    from pydantic import TypeAdapter

    from rosearch.core.files import write_json
    from rosearch.search.configuration import Configuration

    schema = TypeAdapter(Configuration).json_schema()
    if out is None:
        emit_json(schema)
    else:
        write_json(out, schema)
        tell(f"Wrote {out}.")
