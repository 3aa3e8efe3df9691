import pytest

from rosearch.attacks import Attack, MarginScore, TextBugger
from rosearch.core.rng import SeedTree
from rosearch.lexicons import VectorsFile
from rosearch.lexicons.no_encoder import NoEncoder
from rosearch.testing.attack_conformance import SENTENCES, AttackConformance, HashedWords
from rosearch.testing.toy_resources import BagOfVectors


class TestTextBugger(AttackConformance):
    @pytest.fixture(params=["textattack", "published"])
    def attack(self, request: pytest.FixtureRequest, vectors: VectorsFile) -> Attack:
        return TextBugger(compat=request.param, lexicon=vectors, encoder=BagOfVectors())


def test_a_space_makes_two_words_and_what_is_behind_them_is_not_reported_as_changed(vectors: VectorsFile) -> None:
    victim = HashedWords()
    results = TextBugger(lexicon=vectors, encoder=NoEncoder()).run(
        victim, SENTENCES, victim.labels(SENTENCES), score=MarginScore(), seeds=SeedTree(3)
    )
    split = [result for result in results if str(result.adversarial).count(" ") > str(result.original).count(" ")]
    assert split
    assert all(len(result.changed) <= result.words // 2 for result in split)
