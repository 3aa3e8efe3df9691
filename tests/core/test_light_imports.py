"""What is imported before any work is done: little, and nothing heavy."""

import os
import re
import subprocess
import sys
import time

import pytest

HEAVY = ("torch", "transformers", "scipy", "sklearn", "nltk", "lemminflect")
ALL_OF = """
import importlib, pkgutil, sys
import {package}
for module in pkgutil.walk_packages({package}.__path__, "{package}."):
    importlib.import_module(module.name)
"""


def heavy_after(code: str) -> set[str]:
    """Returns the heavy packages that are imported by a fresh process that ran ``code``."""
    code += f"\nimport sys; print(*(name for name in {HEAVY} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("package", ["core", "space", "search", "store", "analysis", "executors", "lexicons", "cli"])
def test_these_packages_import_nothing_heavy(package: str) -> None:
    assert heavy_after(ALL_OF.format(package=f"rosearch.{package}")) == set()


def test_a_search_is_described_without_anything_heavy() -> None:
    names = "Study, Task, Teacher, DagSpace, Evolution, Fitness, PWWS, SearchSettings, Schedule, Plain"
    code = f"from rosearch import {names}; dir(__import__('rosearch'))"
    assert heavy_after(f"{code}; Fitness(scheme='plain', attacks=['pwws']); DagSpace(); Evolution()") == set()


def test_the_public_names_are_there() -> None:
    import rosearch

    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", rosearch.__version__)
    assert set(rosearch.__all__) <= set(dir(rosearch))
    for name in rosearch.__all__:
        assert getattr(rosearch, name) is not None
    with pytest.raises(AttributeError, match="'rosearch' has no attribute 'Stduy'"):
        rosearch.Stduy  # noqa: B018


@pytest.mark.parametrize(
    ("arguments", "limit_s"),
    [(["-c", "import rosearch"], 0.5), (["-c", "from rosearch.cli.main import main; main()", "--help"], 0.8)],
    ids=["import", "help"],
)
def test_a_fresh_process_is_quick(arguments: list[str], limit_s: float) -> None:
    times_s = []
    # Of processes that share two cores with other tests, the quickest is nearest to the time of an idle machine.
    while len(times_s) < 3 or (min(times_s) > limit_s and len(times_s) < 10):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], capture_output=True, check=True, env=os.environ | {"TERM": "dumb"})
        times_s.append(time.perf_counter() - start)
    assert min(times_s) < limit_s, times_s
