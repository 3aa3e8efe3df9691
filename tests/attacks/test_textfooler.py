from pathlib import Path

import numpy as np
import pytest

from rosearch.attacks import Attack, MarginScore, TextFooler
from rosearch.attacks.text import WordText
from rosearch.core.rng import SeedTree
from rosearch.lexicons import VectorsFile
from rosearch.lexicons.no_encoder import NoEncoder
from rosearch.testing.attack_conformance import SENTENCES, AttackConformance, HashedWords
from rosearch.testing.toy_resources import BagOfVectors, LengthTagger


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


class TestTextFooler(AttackConformance):
    @pytest.fixture
    def attack(self, vectors: VectorsFile) -> Attack:
        return TextFooler(lexicon=vectors, tagger=LengthTagger(), encoder=BagOfVectors())


def test_case_and_part_of_speech_are_kept(vectors: VectorsFile) -> None:
    attack = TextFooler(lexicon=vectors, tagger=LengthTagger(), encoder=NoEncoder())
    victim = HashedWords()
    texts = [sentence.title() for sentence in SENTENCES]
    results = attack.run(victim, texts, victim.labels(texts), score=MarginScore(), seeds=SeedTree(0))
    assert sum(len(result.changed) for result in results) >= 3
    for result in results:
        before, after = WordText(str(result.original)).words, WordText(str(result.adversarial)).words
        for index in result.changed:
            assert after[index].lower() in vectors.synonyms(before[index])
            if before[index] == before[index].capitalize():
                assert after[index] == after[index].capitalize()
