import pytest

from rosearch.attacks import Attack, Strict, is_void
from rosearch.attacks.text import WordText
from rosearch.lexicons import VectorsFile
from rosearch.testing.attack_conformance import AttackConformance
from rosearch.testing.toy_resources import BagOfVectors, LengthTagger


class TestStrict(AttackConformance):
    @pytest.fixture
    def attack(self, vectors: VectorsFile) -> Attack:
        return Strict(lexicon=vectors, tagger=LengthTagger(), encoder=BagOfVectors(), least_similarity=0.5)


def test_short_texts_are_looked_at_and_nouns_are_not_verbs(vectors: VectorsFile) -> None:
    attack = Strict(lexicon=vectors, tagger=LengthTagger(), encoder=BagOfVectors(), least_similarity=0.999)
    *_, tags, similar = attack.rules()
    text = WordText("good film")
    # By length "films" is an adjective, "film" a noun, "filmic" a verb.
    assert not tags.allows(text, text, 1, "filmic")
    assert not similar.holds(text, text.replaced(1, "dark"))


@pytest.mark.parametrize(("robust", "void"), [(0.90, True), (0.87, True), (0.80, False)])
def test_figures_are_void_where_the_teacher_loses_less_than_a_twentieth(robust: float, void: bool) -> None:
    assert is_void(accuracy=0.9, robust_accuracy=robust) == void
