"""Examples and documents are files outside the package; tests load them as a user would run them."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="module")
def load() -> Iterator[Callable[[Path], ModuleType]]:
    """Imports a file as a module, for the tests of one file."""
    loaded: list[str] = []

    def load_file(path: Path) -> ModuleType:
        specification = importlib.util.spec_from_file_location(path.stem, path)
        assert specification is not None and specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        sys.modules[path.stem] = module
        loaded.append(path.stem)
        specification.loader.exec_module(module)
        return module

    yield load_file
    for name in loaded:
        del sys.modules[name]
