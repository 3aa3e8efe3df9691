import re
import subprocess
import sys
from pathlib import Path

import pytest

from rosearch.core.rng import SeedTree
from rosearch.space.drawing import draw_svg
from rosearch.space.space import DagSpace

LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
NAMED_FILE = re.compile(r"`([\w.]+)`:\n\n```python\n(.*?)```", re.DOTALL)


def documents(root: Path) -> list[Path]:
    return [*sorted((root / "docs").rglob("*.md")), root / "CONTRIBUTING.md", root / "CHANGELOG.md"]


def test_every_link_to_a_file_leads_somewhere(root: Path) -> None:
    links = [(page, link) for page in documents(root) for link in LINK.findall(page.read_text(encoding="utf-8"))]
    local = [(page, link) for page, link in links if not link.startswith("http")]
    assert local
    missing = [f"{page.relative_to(root)}: {link}" for page, link in local if not (page.parent / link).exists()]
    assert not missing


def test_every_source_file_that_a_page_names_is_there(root: Path) -> None:
    for page in documents(root):
        named = re.findall(
            r"`((?:src|scripts|configs|examples|benchmarks)/[\w./-]+)`", page.read_text(encoding="utf-8")
        )
        missing = [name for name in named if not (root / name).exists()]
        assert not missing, page


def test_the_attack_of_the_how_to_keeps_the_promises(root: Path, tmp_path: Path) -> None:
    page = (root / "docs" / "how-to" / "own-attack.md").read_text(encoding="utf-8")
    files = dict(NAMED_FILE.findall(page))
    assert set(files) == {"leetspeak.py", "test_leetspeak.py"}
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "test_leetspeak.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert tests.returncode == 0, tests.stdout + tests.stderr
    passed = re.search(r"(\d+) passed", tests.stdout)
    assert passed is not None
    assert f"{passed.group(1)} passed" in page


def test_the_drawing_is_what_the_program_draws(root: Path) -> None:
    page = (root / "docs" / "explanation" / "search-space.md").read_text(encoding="utf-8")
    seed = re.search(r"SeedTree\((\d+)\)", page)
    assert seed is not None
    architecture = DagSpace().sample(rng=SeedTree(int(seed.group(1))).generator())
    drawing = (root / "docs" / "explanation" / "architecture.svg").read_text(encoding="utf-8")
    assert drawing == draw_svg(architecture)
    assert architecture.architecture_id in page
