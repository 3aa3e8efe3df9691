"""`rosearch doctor`: what this machine and this installation can do."""

import os
import shutil
from pathlib import Path
from typing import Any

from rosearch.cli.console import emit_json, emit_long
from rosearch.cli.options import JsonOption
from rosearch.core.machine import usable_cores


def command(json: JsonOption = False) -> None:
    """Show versions, cores, precision, caches and assets: what to send with a report of a fault."""
    state = examine()
    if json:
        emit_json(state)
        return
    width = max(map(len, state))
    for name, value in state.items():
        shown = value if isinstance(value, str) else ", ".join(f"{key} {item}" for key, item in value.items())
        emit_long(f"{name:<{width}}  {shown}")


def examine() -> dict[str, Any]:
    """Returns what was found, as plain data."""
    import torch

    from rosearch.data.assets import ASSETS
    from rosearch.data.fetching import cache_folder, is_fetched
    from rosearch.device import resolve_device, resolve_precision
    from rosearch.store.provenance import collect_provenance

    provenance = collect_provenance()
    device, cache = resolve_device("auto"), cache_folder()
    return {
        "python": provenance["python"],
        "system": provenance["system"],
        "packages": provenance["packages"],
        "cores": {"of the machine": provenance["cores"], "for this process": usable_cores()},
        "threads": f"{torch.get_num_threads()} by default; a search gives each evaluation search.threads of them",
        "device": device.type,
        "precision": f"{resolve_precision('auto', device)} for wide networks, float32 for narrow ones",
        "cache": f"{cache} ({_room(cache)})",
        "assets": {name: "fetched" if is_fetched(asset) else "not fetched" for name, asset in ASSETS.items()},
    }


def _room(folder: Path) -> str:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    writable = "" if os.access(there, os.W_OK) else ", not writable: set ROSEARCH_CACHE to another folder"
    return f"{shutil.disk_usage(there).free / 2**30:.1f} GiB free{writable}"
