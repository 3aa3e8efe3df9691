import json
from pathlib import Path

import pytest

from rosearch.attacks import PWWS, Attack, MarginScore
from rosearch.core.errors import ConfigError
from rosearch.core.rng import SeedTree
from rosearch.lexicons import Table
from rosearch.testing.attack_conformance import AttackConformance, HashedWords
from rosearch.testing.toy_resources import LengthTagger

SYNONYMS = {
    "movie": ["film", "flick", "picture", "motion_picture", "moving picture"],
    "film": ["movie", "picture"],
    "good": ["Good", "fine", "well", "great"],
    "bad": ["poor", "ill", "BAD"],
    "story": ["tale", "narrative"],
    "great": ["big", "grand", "Dr."],
    "happy": ["glad", "felicitous"],
    "love": ["passion", "dearest"],
    "short": ["brief", "curt"],
    "sister": ["sis"],
    "walked": ["walk"],
    "pay": ["give", "wage"],
}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    path: Path = tmp_path_factory.mktemp("lexicon") / "synonyms.json"
    path.write_text(json.dumps(SYNONYMS), encoding="utf-8")
    return Table(path=str(path))


class TestPWWS(AttackConformance):
    @pytest.fixture(params=["textattack", "published"])
    def attack(self, request: pytest.FixtureRequest, table: Table) -> Attack:
        return PWWS(lexicon=table, tagger=LengthTagger(), compat=request.param)


def test_only_listed_single_words_stand_in(table: Table) -> None:
    victim = HashedWords()
    texts = ["Good movie, good movie, bad movie, great movie, short love story!"] * 3
    results = PWWS(lexicon=table).run(victim, texts, [0, 1, 0], score=MarginScore(), seeds=SeedTree(0))
    assert any(result.changed for result in results)
    for result in results:
        before, after = str(result.original).rstrip("!").split(), str(result.adversarial).rstrip("!").split()
        for old, new in zip(before, after, strict=True):
            listed = SYNONYMS.get(old.strip(",").lower(), [])
            assert new.strip(",") in [old.strip(","), *listed]
            assert "_" not in new


def test_a_recipe_is_named_in_toml() -> None:
    attack = Attack.from_config({"kind": "pwws", "lexicon": {"kind": "table", "path": "synonyms.json"}})
    assert attack == PWWS(lexicon=Table(path="synonyms.json"))
    assert Attack.from_config("pwws") == PWWS()
    with pytest.raises(ConfigError, match="compat"):
        Attack.from_config({"kind": "pwws", "compat": "paper"})
