import pytest

from rosearch.attacks import BAE, Attack
from rosearch.testing.attack_conformance import AttackConformance
from rosearch.testing.toy_resources import BagOfVectors, DrawnWords, LengthTagger


class TestBAE(AttackConformance):
    @pytest.fixture(params=["textattack", "published"])
    def attack(self, request: pytest.FixtureRequest) -> Attack:
        return BAE(compat=request.param, mlm=DrawnWords(), tagger=LengthTagger(), encoder=BagOfVectors())
