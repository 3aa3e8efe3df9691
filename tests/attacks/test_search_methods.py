"""Search methods with any recipe, and words that nobody may touch."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from played import play

from rosearch.attacks import PWWS, Attack, DeepWordBug, MarginScore
from rosearch.attacks.constraints.repeat_modification import RepeatModification
from rosearch.attacks.dialogue import Start
from rosearch.attacks.randomness import AttackRandom
from rosearch.attacks.search_methods.beam_search import BeamSearch
from rosearch.attacks.search_methods.genetic_search import GeneticSearch
from rosearch.attacks.search_methods.greedy_word_importance import GreedyWordImportance
from rosearch.attacks.search_methods.search_method import SearchMethod
from rosearch.attacks.text import WordText
from rosearch.attacks.transformations.lexicon_swap import LexiconSwap
from rosearch.core.errors import AttackError, ConfigError
from rosearch.core.protocols import FloatArray, IntArray, Text
from rosearch.core.rng import SeedTree
from rosearch.lexicons import Table
from rosearch.testing.attack_conformance import AttackConformance, HashedWords

METHODS: dict[str, SearchMethod] = {
    "beam": BeamSearch(width=3),
    "genetic": GeneticSearch(population=6, generations=4),
    "random order": GreedyWordImportance(importance="random"),
}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    rows = {
        "movie": ["film", "flick"],
        "good": ["fine", "well"],
        "bad": ["poor", "ill"],
        "story": ["tale"],
        "great": ["big", "grand"],
        "happy": ["glad"],
        "love": ["passion"],
        "cold": ["cool", "chill"],
        "rain": ["hail", "snow"],
    }
    path: Path = tmp_path_factory.mktemp("lexicon") / "synonyms.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return Table(path=str(path))


@pytest.mark.parametrize("name", METHODS)
class TestMethods(AttackConformance):
    @pytest.fixture(params=["synonyms", "characters"])
    def attack(self, request: pytest.FixtureRequest, name: str, table: Table) -> Attack:
        method = METHODS[name]
        return PWWS(lexicon=table, method=method) if request.param == "synonyms" else DeepWordBug(method=method)


def start(text: str) -> Start:
    return Start(WordText(text), 0.0, 0.0, AttackRandom(0))


def test_a_beam_keeps_the_best_texts_though_one_leads_alone_at_first(table: Table) -> None:
    # "cool rain" leads first; of width 1 the search ends with 0.6, of width 2 it finds the pair that flips.
    scores = {"cool rain": 0.5, "cold snow": 0.4, "cool hail": 0.6, "cool snow": 0.55, "chill snow": 0.9}
    swap, rules = LexiconSwap(table), (RepeatModification(),)
    narrow = play(BeamSearch(width=1).search(start("cold rain"), swap, rules), scores, flips=0.9)
    assert narrow.questions == [
        ["chill rain", "cold hail", "cold snow", "cool rain"],
        ["cool hail", "cool snow"],
    ]
    assert narrow.final == "cool hail"
    wide = play(BeamSearch(width=2).search(start("cold rain"), swap, rules), scores, flips=0.9)
    assert wide.questions[1] == ["cool hail", "cool snow", "chill snow", "cool snow"]
    assert wide.final == "chill snow"


def test_breeding_joins_what_two_texts_found(table: Table) -> None:
    scores = {"cool rain": 0.3, "cold snow": 0.3, "cool snow": 0.9}
    search = GeneticSearch(population=8, generations=6).search(
        start("cold rain"), LexiconSwap(table), (RepeatModification(),)
    )
    assert play(search, scores, flips=0.9).final == "cool snow"


def test_a_method_is_named_in_toml() -> None:
    attack = Attack.from_config({"kind": "deepwordbug", "method": {"kind": "beam_search", "width": 4}})
    assert attack == DeepWordBug(method=BeamSearch(width=4))
    with pytest.raises(ConfigError, match="width must be at least 1"):
        Attack.from_config({"kind": "deepwordbug", "method": {"kind": "beam_search", "width": 0}})


@pytest.mark.parametrize("compat", ["textattack", "published"])
def test_protected_words_and_passages_stay(compat: str) -> None:
    victim, texts = HashedWords(), ["The movie <b>was very</b> good and the story was great."]
    attack = Attack.from_config(
        {"kind": "deepwordbug", "compat": compat, "protected": ["Story"], "protected_spans": ["<b>.*?</b>"]}
    )
    for label in (0, 1):
        (result,) = attack.run(victim, texts, [label], score=MarginScore(), seeds=SeedTree(1))
        assert "<b>was very</b>" in str(result.adversarial)
        assert " story " in str(result.adversarial)


def test_a_broken_pattern_is_named() -> None:
    with pytest.raises(ConfigError, match=r"'\(' is no regular expression"):
        Attack.from_config({"kind": "deepwordbug", "protected_spans": ["("]})


def test_names_of_attacks_from_before_stay(table: Table) -> None:
    assert DeepWordBug().fingerprint() == "91401674ef9208ae"
    assert DeepWordBug(protected=("x",)).fingerprint() != DeepWordBug().fingerprint()
    assert PWWS(lexicon=table, compat="published").fingerprint() != PWWS(lexicon=table).fingerprint()


class WhiteHashedWords:
    """The toy victim with gradients that grow with a word's length."""

    def __init__(self) -> None:
        self.asked: list[Text] = []

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        self.asked.extend(texts)
        return HashedWords().logits(texts)

    def token_gradients(self, texts: Sequence[Text], labels: Sequence[int]) -> list[tuple[IntArray, FloatArray]]:
        assert len(texts) == len(labels)
        spans = [WordText(str(text)).spans for text in texts]
        return [
            (np.array([(0, *span) for span in found]), np.array([[float(end - begin)] for begin, end in found]))
            for found in spans
        ]


@pytest.mark.parametrize("order", ["gradient", "random"])
def test_a_cheap_order_takes_the_place_of_the_recipes_own(table: Table, order: Literal["gradient", "random"]) -> None:
    texts = ["A good movie , a great story", "I love the cold rain"]
    labels = HashedWords().labels(texts)
    same: dict[str, Any] = {"score": MarginScore(), "seeds": SeedTree(0)}
    ranked, cheap, method = WhiteHashedWords(), WhiteHashedWords(), GreedyWordImportance(importance=order)
    PWWS(lexicon=table).run(ranked, texts, labels, **same)
    found = PWWS(lexicon=table).run(cheap, texts, labels, order=order, **same)
    assert found == PWWS(lexicon=table, method=method).run(WhiteHashedWords(), texts, labels, **same)
    assert len(cheap.asked) < len(ranked.asked)
    assert not any("UNK" in text for text in cheap.asked)


def test_the_gradient_order_needs_gradients(table: Table) -> None:
    texts = ["A good movie"]
    with pytest.raises(AttackError, match="a model that shows its gradients"):
        PWWS(lexicon=table).run(
            HashedWords(), texts, HashedWords().labels(texts), score=MarginScore(), seeds=0, order="gradient"
        )
