"""Our recipes against recorded runs of TextAttack 0.3.11; benchmarks/textattack_oracle makes the records."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from golden_victims import VICTIMS, LinearVictim, gold

from rosearch.attacks import (
    PWWS,
    Attack,
    AttackResult,
    DeepWordBug,
    MarginScore,
    ProbabilityScore,
    QueryCache,
    margin_scale,
)
from rosearch.attacks.dialogue import Answers, Start
from rosearch.attacks.goal import flipped
from rosearch.attacks.randomness import AttackRandom
from rosearch.attacks.text import WordText
from rosearch.core.protocols import FloatArray, Text
from rosearch.lexicons import Table

HERE = Path(__file__).parent
SEED = 765
TEXTS: list[str] = json.loads((HERE / "golden_texts.json").read_text(encoding="utf-8"))
RECIPES: dict[str, Attack] = {
    "pwws": PWWS(lexicon=Table(path=str(HERE / "golden_synonyms.json"))),
    "deepwordbug": DeepWordBug(),
}
CASES = [(recipe, victim) for recipe in RECIPES for victim in VICTIMS]


def golden(recipe: str, victim: str) -> list[dict[str, Any]]:
    lines = (HERE / f"golden_{recipe}.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["victim"] == victim]


def run(recipe: str, victim: str, **options: Any) -> tuple[AttackResult, ...]:
    labels = [gold(victim, text, position) for position, text in enumerate(TEXTS)]
    return RECIPES[recipe].run(VICTIMS[victim], TEXTS, labels, score=ProbabilityScore(), seeds=SEED, **options)


@pytest.mark.parametrize(("recipe", "victim"), CASES)
def test_status_text_and_query_count_equal_textattacks(recipe: str, victim: str) -> None:
    expected = [(row["status"], row["adversarial"], row["queries"]) for row in golden(recipe, victim)]
    assert [(result.status, result.adversarial, result.queries) for result in run(recipe, victim)] == expected


@pytest.mark.parametrize(("recipe", "victim"), CASES)
def test_one_pass_tells_what_each_query_budget_does_in_textattack(recipe: str, victim: str) -> None:
    rows = golden(recipe, victim)
    budgets = [int(budget) for budget in rows[0]["budgets"]]
    results = run(recipe, victim, budgets=budgets)
    expected = [{int(budget): status != "failed" for budget, (status, _) in row["budgets"].items()} for row in rows]
    assert [dict(result.falls_within) for result in results] == expected


@pytest.mark.parametrize(("recipe", "victim"), CASES)
def test_a_query_budget_equals_textattacks(recipe: str, victim: str) -> None:
    rows, cache = golden(recipe, victim), QueryCache()
    for budget in rows[0]["budgets"]:
        results = run(recipe, victim, max_queries=int(budget), cache=cache)
        expected = [tuple(row["budgets"][budget]) for row in rows]
        assert [(result.status, result.queries) for result in results] == expected


@pytest.mark.parametrize(("recipe", "victim"), CASES)
def test_every_text_is_asked_in_textattacks_order(recipe: str, victim: str) -> None:
    for row in golden(recipe, victim):
        asked = [TEXTS[row["text"]]]
        if row["status"] != "skipped":
            asked += texts_asked(RECIPES[recipe], VICTIMS[victim], TEXTS[row["text"]], row["label"])
        assert hashlib.sha256("\n".join(asked).encode()).hexdigest()[:16] == row["asked"], TEXTS[row["text"]]


def texts_asked(attack: Attack, victim: LinearVictim, text: str, label: int) -> list[str]:
    """Plays the engine for one text, and writes down every question."""

    def answers(texts: Sequence[str]) -> Answers:
        logits, labels = victim.logits(texts), [label] * len(texts)
        return Answers(ProbabilityScore().of(logits, labels).tolist(), flipped(logits, labels).tolist(), over=False)

    clean = answers([text]).scores[0]
    search = attack.search(Start(WordText(text), clean, ProbabilityScore().zero(clean), AttackRandom(SEED)))
    asked: list[str] = []
    try:
        ask = next(search)
        while True:
            asked += ask.texts
            ask = search.send(answers(ask.texts))
    except StopIteration:
        return asked


@pytest.mark.parametrize("recipe", RECIPES)
def test_multiplying_the_logits_changes_no_outcome_under_margin(recipe: str) -> None:
    name = "both, 3 classes"
    labels = [gold(name, text, position) for position, text in enumerate(TEXTS)]
    outcomes = []
    for factor in (1.0, 1e-3, 2.0**-5, 0.7, 1e3):
        victim = Multiplied(VICTIMS[name], factor)
        scale = margin_scale(victim.logits(TEXTS), np.array(labels))
        results = RECIPES[recipe].run(
            victim, TEXTS, labels, score=MarginScore(scale=scale), seeds=SEED, budgets=(10, 40)
        )
        outcomes.append([(r.status, r.adversarial, r.queries, r.score_after, r.falls_within) for r in results])
    assert all(outcome == outcomes[0] for outcome in outcomes)


class Multiplied:
    """A victim with all logits multiplied."""

    def __init__(self, victim: LinearVictim, factor: float) -> None:
        self.victim = victim
        self.factor = factor

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        return self.victim.logits([str(text) for text in texts]) * self.factor


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_golden_data_hold_enough_of_each_outcome(recipe: str) -> None:
    outcomes = Counter(row["status"] for victim in VICTIMS for row in golden(recipe, victim))
    three_classes = Counter(row["status"] for row in golden(recipe, "both, 3 classes"))
    assert len(TEXTS) >= 60
    assert min(outcomes["success"], outcomes["failed"]) >= 15
    assert min(three_classes["success"], three_classes["failed"]) >= 5
