"""Runs a recipe of TextAttack in TextAttack's environment, for a parent that knows the model: one JSON object a line.

The first line names the recipe and its resources, each further one is a text. On standard output come questions:
``{"ask": [texts]}``, answered with scores and flips, and ``{"encode": [texts]}``, answered with vectors; then
``{"end": text}``. ``{"failed": kind, "why": sentence}`` may stand in the place of any of them.
"""

import json
import os
import re
import signal
import sys
import warnings
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

# What TextAttack and its dependencies print goes to standard error; lines of the protocol have a channel of their own.
_lines, sys.stdout = os.fdopen(os.dup(1), "w", encoding="utf-8"), sys.stderr


def main() -> None:
    """Answers until the parent ends."""
    warnings.filterwarnings("ignore")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    doing = "importing"
    try:
        job = _read()
        if not job["downloads"]:
            import_module("tamed_textattack").forbid_downloads()
        names = import_module("textattack.attack_args").ATTACK_RECIPE_NAMES
        doing = "building"
        if ":" not in job["recipe"] and job["recipe"] not in names:
            _write({"failed": "unknown", "why": "TextAttack has none of this name", "known": sorted(names)})
            return
        recipe = _recipe(job)
        _write({"ready": metadata.version("textattack")})
        doing = "attacking"
        while True:
            _write({"end": recipe.run(**_read())})
    except Exception as error:
        _write(_failed(error, doing))


def _recipe(job: dict[str, Any]) -> Any:
    """Hands TextAttack its resources, and builds the recipe."""
    sys.path.append(str(Path.cwd()))  # where a recipe of the user's may lie
    tamed = import_module("tamed_textattack")
    tamed.settle()
    if job["vectors"]:
        tamed.inject_vectors(Path(job["vectors"]))
    if job["encoder"]:
        tamed.inject_encoder(lambda texts: _asked({"encode": texts})["vectors"])
    if job["masked_lm"]:
        tamed.inject_masked_lm(job["masked_lm"], padded=False)
    relayed = import_module("relayed_recipe")
    return relayed.RelayedRecipe(job["recipe"], _asked, try_encoders=not job["encoder"])


def _failed(error: Exception, doing: str) -> dict[str, str]:
    """Says what an exception of TextAttack's means; many of them say that a file is not there."""
    words = re.sub(r"\x1b\[[0-9;]*m|\*{3,}", "", str(error)).split()
    sentence = " ".join(words)[:400] or "no message"
    name = type(error).__name__
    absent = name in ("MissingError", "LookupError") or isinstance(error, OSError | ImportError)
    if absent and (doing != "importing" or not isinstance(error, ImportError)):
        return {"failed": "missing", "why": sentence}
    return {"failed": doing, "why": sentence if absent or name == "UnfitError" else f"{name}: {sentence}"}


def _asked(question: dict[str, Any]) -> Any:
    _write(question)
    return _read()


def _read() -> Any:
    line = sys.stdin.readline()
    if not line:
        sys.exit()  # the parent has ended, or wants this to
    return json.loads(line)


def _write(message: dict[str, Any]) -> None:
    _lines.write(json.dumps(message) + "\n")
    _lines.flush()


if __name__ == "__main__":
    main()
