import pytest

from rosearch.attacks import Attack, MarginScore, TextFooler
from rosearch.attacks.text import WordText
from rosearch.core.rng import SeedTree
from rosearch.lexicons import VectorsFile
from rosearch.lexicons.no_encoder import NoEncoder
from rosearch.testing.attack_conformance import SENTENCES, AttackConformance, HashedWords
from rosearch.testing.toy_resources import BagOfVectors, LengthTagger


class TestTextFooler(AttackConformance):
    @pytest.fixture(params=["textattack", "published"])
    def attack(self, request: pytest.FixtureRequest, vectors: VectorsFile) -> Attack:
        return TextFooler(compat=request.param, lexicon=vectors, tagger=LengthTagger(), encoder=BagOfVectors())


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
