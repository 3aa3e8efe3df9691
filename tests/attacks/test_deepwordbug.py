import pytest

from rosearch.attacks import Attack, DeepWordBug, MarginScore, ProbabilityScore
from rosearch.attacks.constraints.edit_distance import edit_distance
from rosearch.core.rng import SeedTree
from rosearch.lexicons import STOP_WORDS
from rosearch.testing.attack_conformance import SENTENCES, AttackConformance, HashedWords


class TestDeepWordBug(AttackConformance):
    @pytest.fixture(params=["textattack", "published"])
    def attack(self, request: pytest.FixtureRequest) -> Attack:
        return DeepWordBug(compat=request.param)


class TestStrictDeepWordBug(AttackConformance):
    @pytest.fixture
    def attack(self) -> Attack:
        return DeepWordBug(max_edit_distance=2)


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_a_text_stays_within_the_edit_distance(limit: int) -> None:
    victim = HashedWords(classes=3)
    labels = victim.labels(SENTENCES)
    results = DeepWordBug(max_edit_distance=limit).run(
        victim, SENTENCES, labels, score=ProbabilityScore(), seeds=SeedTree(0)
    )
    distances = [edit_distance(str(result.original), str(result.adversarial)) for result in results]
    assert 0 < max(distances) <= limit


def test_stop_words_stay_but_not_where_a_sentence_begins() -> None:
    texts = ["the the The THE the"]
    result = DeepWordBug().run(HashedWords(), texts, [1], score=MarginScore(), seeds=SeedTree(0))[0]
    again = DeepWordBug().run(HashedWords(), texts, [0], score=MarginScore(), seeds=SeedTree(0))[0]
    changed = result.changed + again.changed
    assert changed
    assert set(changed) <= {2, 3}
    assert "the" in STOP_WORDS


def test_examples_draw_from_streams_of_their_own() -> None:
    text = "wonderful performances throughout"
    victim = HashedWords()
    label = victim.labels([text])[0]
    results = DeepWordBug().run(victim, [text] * 20, [label] * 20, score=MarginScore(), seeds=SeedTree(0))
    assert len({result.adversarial for result in results}) > 5
    fixed = DeepWordBug().run(victim, [text] * 20, [label] * 20, score=MarginScore(), seeds=765)
    assert len({result.adversarial for result in fixed}) == 1


def test_the_edit_distance_must_be_positive() -> None:
    with pytest.raises(ValueError, match="max_edit_distance"):
        DeepWordBug(max_edit_distance=0)
