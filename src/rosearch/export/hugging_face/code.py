"""The one file of code that stands beside a student's weights."""

import importlib
import shutil
from pathlib import Path

from rosearch.export.hugging_face.configuration import CODE_FILE


def write_code(folder: Path) -> None:
    """Writes ``modeling_rosearch.py``: that file itself where this is it, else put together from the package's sources.

    Args:
        folder: Where the weights are.
    """
    if Path(__file__).name == CODE_FILE:
        shutil.copyfile(__file__, folder / CODE_FILE)
    else:
        # By its name, since libraries look through the file for imports that must be there.
        importlib.import_module("rosearch.export.hugging_face.self_contained").write_self_contained(folder / CODE_FILE)
