"""What a run was made with: versions, hardware, command line."""

import os
import platform
import sys
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

PACKAGES = ("rosearch", "torch", "transformers", "tokenizers", "numpy", "scipy", "safetensors")

NOT_INSTALLED = "not installed"


def collect_provenance() -> dict[str, Any]:
    """Returns plain data that says when, where and with what this process runs."""
    return {
        "begun": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": list(sys.argv),
        "python": platform.python_version(),
        "packages": {name: version_of(name) for name in PACKAGES},
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": os.cpu_count() or 1,
    }


def version_of(package: str) -> str:
    """Returns the version of an installed package, or says that it is not there."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return NOT_INSTALLED
