import ast
import random
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import torch

LINES = 250
SHRINKAGE = 3


@pytest.fixture(scope="module")
def nano(load: Callable[[Path], ModuleType], root: Path) -> ModuleType:
    """The example, on a third of its texts."""
    torch.set_num_threads(1)
    module = load(root / "examples" / "nano_rosearch.py")
    write_reviews = module.write_reviews
    module.write_reviews = lambda count, *, name: write_reviews(count // SHRINKAGE, name=name)
    return module


def test_the_file_is_short_and_stands_alone(root: Path) -> None:
    text = (root / "examples" / "nano_rosearch.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LINES
    imported = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).partition(".")[0])
    assert imported - set(sys.stdlib_module_names) == {"numpy", "torch"}


def test_every_file_that_a_section_names_is_there(root: Path) -> None:
    text = (root / "examples" / "nano_rosearch.py").read_text(encoding="utf-8")
    headings = [line.partition("Full program: ")[2] for line in text.splitlines() if line.startswith("# ---- ")]
    assert len(headings) >= 6
    for heading in headings:
        for named in filter(None, heading.replace("),", ")").split("src/rosearch/")):
            folder, _, files = named.strip(" ,").partition(" (")
            for name in files.rstrip(")").split(", ") if files else [""]:
                assert (root / "src" / "rosearch" / folder / name).exists(), f"{folder}{name}"


def test_equal_seeds_give_equal_fronts_that_nothing_on_them_dominates(
    nano: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    first = nano.main(seed=3, trials=10)
    table = capsys.readouterr().out
    assert nano.main(seed=3, trials=10) == first
    assert capsys.readouterr().out == table
    assert nano.front(first) == first
    assert all(0 <= trial.robust_accuracy <= trial.accuracy <= 1 for trial in first)
    assert table.count("student") == len(first)
    assert "Spearman's rho" in table


def test_mutants_are_other_valid_architectures(nano: ModuleType) -> None:
    rng = random.Random(0)
    architecture = nano.random_architecture(rng)
    for _ in range(500):
        mutant = nano.mutate(architecture, rng)
        assert mutant != architecture
        assert 1 <= len(mutant.nodes) <= nano.MAX_NODES
        assert all(max(node.inputs) < number for number, node in enumerate(mutant.nodes, start=1))
        architecture = mutant


def test_the_attack_swaps_synonyms_only(nano: ModuleType) -> None:
    texts, labels = nano.write_reviews(200, name="attack")
    network = nano.train(nano.Architecture(8, "mean", ()), texts, labels, epochs=2, seed=0)
    swapped = 0
    for text, label in zip(texts, labels.tolist(), strict=True):
        for before, after in zip(text, nano.attack(network, text, label), strict=True):
            assert after in nano.SYNONYMS.get(before, [before])
            swapped += before != after
    assert swapped > len(texts) / 2


def test_the_front_keeps_equals_and_drops_what_is_dominated(nano: ModuleType) -> None:
    architecture = nano.Architecture(8, "mean", ())
    best, equal, small, worse = (
        nano.Trial(architecture, *figures)
        for figures in ((0.5, 0.9, 10), (0.5, 0.9, 10), (0.1, 0.5, 5), (0.1, 0.9, 10))
    )
    assert nano.front([best, worse, equal, small]) == [best, equal, small]
    assert nano.front([]) == []


def test_rank_correlation_counts_equals_with_their_mean_rank(nano: ModuleType) -> None:
    from scipy.stats import spearmanr

    x, y = [1, 2, 2, 3, 5], [0.1, 0.4, 0.3, 0.3, 0.9]
    assert nano.rank_correlation(x, y) == pytest.approx(spearmanr(x, y).statistic)
    assert nano.rank_correlation([1, 1, 1], [0.1, 0.2, 0.3]) == 0
