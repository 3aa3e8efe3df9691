import pytest

from rosearch.attacks import Attack, BERTAttack
from rosearch.lexicons import VectorsFile
from rosearch.testing.attack_conformance import AttackConformance
from rosearch.testing.toy_resources import BagOfVectors, DrawnWords


class TestBERTAttack(AttackConformance):
    @pytest.fixture(params=["textattack", "published"])
    def attack(self, request: pytest.FixtureRequest, vectors: VectorsFile) -> Attack:
        return BERTAttack(compat=request.param, antonyms=vectors, mlm=DrawnWords(), encoder=BagOfVectors())
