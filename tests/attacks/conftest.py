from pathlib import Path

import numpy as np
import pytest

from rosearch.attacks.text import WordText
from rosearch.lexicons import VectorsFile
from rosearch.testing.attack_conformance import SENTENCES


@pytest.fixture(scope="session")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> VectorsFile:
    """Vectors of the words of the kit's sentences, in a few groups of neighbours."""
    words = sorted({word.lower() for sentence in SENTENCES for word in WordText(sentence).words})
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(8, 12))
    folder: Path = tmp_path_factory.mktemp("vectors")
    lines = (
        f"{word} {' '.join(f'{value:.4f}' for value in centres[at % 8] + 0.3 * rng.normal(size=12))}\n"
        for at, word in enumerate(words)
    )
    path = folder / "vectors.txt"
    path.write_text("".join(lines), encoding="utf-8")
    return VectorsFile(path=str(path), neighbours=6)


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROSEARCH_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
