import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import rosearch
from rosearch.core.rng import SeedTree
from rosearch.data.letters import Letters
from rosearch.data.ngrams import NGrams
from rosearch.search.configuration import Configuration
from rosearch.space.drawing import draw_svg
from rosearch.space.space import DagSpace

LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
OF_THE_REPOSITORY = re.compile(r"`((?:\w+/)+\w+\.(?:py|toml)|(?:src|tests|scripts|docs|examples)/[\w/]*)`")
NAMED_FILE = re.compile(r"`([\w.]+)`:\n\n```python\n(.*?)```", re.DOTALL)


def documents(root: Path) -> list[Path]:
    return [*sorted((root / "docs").rglob("*.md")), root / "CONTRIBUTING.md", root / "CHANGELOG.md", root / "README.md"]


def test_the_table_of_the_readme_is_the_recorded_one(root: Path) -> None:
    recorded = (root / "docs" / "results" / "quickstart.txt").read_text(encoding="utf-8").splitlines()
    (table,) = re.findall(r"```\n(On test:.*?)```", (root / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert [line for line in table.splitlines() if line not in recorded] == []


def test_every_link_to_a_file_leads_somewhere(root: Path) -> None:
    links = [(page, link) for page in documents(root) for link in LINK.findall(page.read_text(encoding="utf-8"))]
    local = [(page, link) for page, link in links if not link.startswith("http")]
    assert local
    missing = [f"{page.relative_to(root)}: {link}" for page, link in local if not (page.parent / link).exists()]
    assert not missing


def test_every_file_of_the_repository_that_a_page_names_is_there(root: Path) -> None:
    for page in documents(root):
        named = re.findall(OF_THE_REPOSITORY, page.read_text(encoding="utf-8"))
        places = (root, root / "src" / "rosearch")
        missing = [name for name in named if not any((place / name).exists() for place in places)]
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


def test_the_characters_of_the_page_are_those_of_the_tokenizer(root: Path) -> None:
    page = (root / "docs" / "explanation" / "inputs.md").read_text(encoding="utf-8")
    (name, content), *_ = NAMED_FILE.findall(page)
    assert name == "character_ids.py"
    given: dict[str, Any] = {}
    exec(compile(content, name, "exec"), given)  # noqa: S102 - the page's own code
    for word in ("a", "film", "naïve", "电影", "supercalifragilisticexpialidocious"):
        assert given["ngrams"](word, 8192) == NGrams(buckets=8192).ids(word).tolist()
        assert given["letters"](word) == Letters().ids(word).tolist()


def test_the_drawing_is_what_the_program_draws(root: Path) -> None:
    page = (root / "docs" / "explanation" / "search-space.md").read_text(encoding="utf-8")
    seed = re.search(r"SeedTree\((\d+)\)", page)
    assert seed is not None
    architecture = DagSpace().sample(rng=SeedTree(int(seed.group(1))).generator())
    drawing = (root / "docs" / "explanation" / "architecture.svg").read_text(encoding="utf-8")
    assert drawing == draw_svg(architecture)
    assert architecture.architecture_id in page


def test_each_dependency_has_a_reason(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [
        *project["dependencies"],
        *(row for rows in project["optional-dependencies"].values() for row in rows),
    ]
    wanted = {re.split(r"[<>=~]", requirement)[0] for requirement in requirements if "rosearch[" not in requirement}
    page = (root / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Dependencies")[2]
    rows = re.findall(r"^\| ([\w., -]+) \| .+ \|$", page, re.MULTILINE)
    assert {name for row in rows for name in row.split(", ")} - {"package"} == wanted


def test_the_layers_are_those_that_are_checked(root: Path) -> None:
    contracts = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    page = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "\n".join(contracts[0]["layers"]) in page


def test_the_search_of_the_tutorial_is_valid(root: Path, tmp_path: Path) -> None:
    page = (root / "docs" / "tutorial.md").read_text(encoding="utf-8")
    tables = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert len(tables) == 1
    (tmp_path / "reviews.toml").write_text(tables[0], encoding="utf-8")
    configuration = Configuration.read(tmp_path / "reviews.toml")
    assert configuration.search.trials == 8


def test_the_citation_names_the_software_and_the_paper(root: Path) -> None:
    text = (root / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {rosearch.__version__}" in text
    assert text.startswith("cff-version: 1.2.0\n")
    assert "arXiv:2106.03613" in text
