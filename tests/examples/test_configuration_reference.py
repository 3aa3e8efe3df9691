from collections.abc import Callable
from pathlib import Path
from types import ModuleType


def test_the_committed_page_is_what_the_docstrings_say(load: Callable[[Path], ModuleType], root: Path) -> None:
    page = load(root / "docs" / "generate_reference.py").page()
    committed = (root / "docs" / "reference" / "configuration.md").read_text(encoding="utf-8")
    assert committed == page, "run .venv/bin/python docs/generate_reference.py"
