"""What a run was made with: versions, hardware, command line."""

import os
import platform
import sys
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

PACKAGES = ("rosearch", "torch", "transformers", "tokenizers", "numpy", "scipy", "safetensors")


def collect_provenance() -> dict[str, Any]:
    """Returns plain data that says when, where and with what this process runs."""
    return {
        "begun": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": list(sys.argv),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": os.cpu_count() or 1,
    }


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
