"""`rosearch fetch`: gets what a search needs beforehand."""

from typing import Annotated

import typer

from rosearch.cli import completion
from rosearch.cli.console import emit_json, messages
from rosearch.cli.options import JsonOption, OfflineOption


def command(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME",
            help="Assets; all, where none is named.",
            show_default=False,
            autocompletion=completion.assets,
        ),
    ] = None,
    offline: OfflineOption = False,  # noqa: ARG001 - acts on its own
    json: JsonOption = False,
) -> None:
    """Fetch the default teacher, the demo's task and what attacks read into the cache, checked by hash."""
    from rosearch.cli.progress import showing_progress
    from rosearch.core.component import nearest
    from rosearch.core.errors import AssetError
    from rosearch.data.assets import ASSETS, fetch

    for name in names or ():
        if name not in ASSETS:
            raise AssetError(f"There is no asset {name!r}. {nearest(name, ASSETS)}")
    with showing_progress(messages) as listener:
        folders = {name: str(fetch(ASSETS[name], listener=listener)) for name in names or ASSETS}
    if json:
        emit_json(folders)
    else:
        for name, folder in folders.items():
            typer.echo(f"{name}\t{folder}")
