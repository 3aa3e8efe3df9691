"""`rosearch doctor`: what this machine and this installation can do."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from rosearch.cli.console import emit_json, emit_long
from rosearch.cli.options import JsonOption
from rosearch.core.machine import usable_cores

EXTRAS = {"onnx": ("onnx", "onnxruntime", "onnxscript"), "datasets": ("datasets",)}
"""What ``pip install 'rosearch[onnx]'`` and the like bring."""


def command(json: JsonOption = False) -> None:
    """Show versions, extras, cores, precision, caches and assets: what to send with a report of a fault."""
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

    from rosearch.core.network import is_offline
    from rosearch.data.assets import ASSETS
    from rosearch.data.fetching import cache_folder, is_fetched
    from rosearch.device import computes_bfloat16, resolve_device, resolve_precision
    from rosearch.store.provenance import collect_provenance

    provenance = collect_provenance()
    device, cache = resolve_device("auto"), cache_folder()
    native = "native" if computes_bfloat16(device) else "emulated here, hence not used"
    return {
        "python": f"{provenance['python']} ({sys.executable})",
        "system": provenance["system"],
        "packages": provenance["packages"],
        "extras": {name: _extra(name) for name in EXTRAS},
        "cores": {"of the machine": provenance["cores"], "for this process": usable_cores()},
        "threads": f"{torch.get_num_threads()} by default; a search gives each evaluation search.threads of them",
        "device": device.type,
        "bfloat16": native,
        "precision": f"{resolve_precision('auto', device)} for wide networks, float32 for narrow ones",
        "network": "not to be used" if is_offline() else "used for fetching",
        "pip": "there" if importlib.util.find_spec("pip") else "missing: python -m ensurepip brings it for fetching",
        "cache": f"{cache} ({_room(cache)})",
        "assets": {name: "fetched" if is_fetched(asset) else "not fetched" for name, asset in ASSETS.items()},
    }


def _extra(name: str) -> str:
    from rosearch.store.provenance import NOT_INSTALLED, version_of

    versions = {package: version_of(package) for package in EXTRAS[name]}
    if NOT_INSTALLED in versions.values():
        missing = " and ".join(package for package, version in versions.items() if version == NOT_INSTALLED)
        return f"lacks {missing}: pip install 'rosearch[{name}]'"
    return f"({', '.join(f'{package} {version}' for package, version in versions.items())})"


def _room(folder: Path) -> str:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    writable = "" if os.access(there, os.W_OK) else ", not writable: set ROSEARCH_CACHE to another folder"
    return f"{shutil.disk_usage(there).free / 2**30:.1f} GiB free{writable}"
