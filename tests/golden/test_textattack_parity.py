"""Our recipes against recorded runs of TextAttack 0.3.11; benchmarks/textattack_oracle makes the records."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import golden_resources
import numpy as np
import pytest
from golden_victims import VICTIMS, LinearVictim, gold
from numpy.typing import NDArray

from rosearch.attacks import (
    BAE,
    PWWS,
    Attack,
    AttackResult,
    BERTAttack,
    DeepWordBug,
    MarginScore,
    ProbabilityScore,
    QueryCache,
    TextBugger,
    TextFooler,
    margin_scale,
)
from rosearch.attacks.dialogue import Answers, Consult, Start
from rosearch.attacks.goal import flipped
from rosearch.attacks.randomness import AttackRandom
from rosearch.attacks.text import WordText
from rosearch.core.protocols import FloatArray, Text
from rosearch.lexicons import Table, VectorsFile
from rosearch.lexicons.pretrained_mlm import PretrainedMaskedLM
from rosearch.lexicons.sentence_encoder import SentenceEncoder
from rosearch.lexicons.tagger import Tagger

HERE = Path(__file__).parent
SEED = 765
TEXTS: list[str] = json.loads((HERE / "golden_texts.json").read_text(encoding="utf-8"))
RECIPES = ("pwws", "deepwordbug", "textfooler", "textbugger", "bae", "bert-attack")
CASES = [(recipe, victim) for recipe in RECIPES for victim in VICTIMS]


@final
@dataclass(frozen=True, kw_only=True)
class GoldenEncoder(SentenceEncoder):
    def answer(self, questions: Sequence[str]) -> NDArray[np.float32]:
        return golden_resources.encode(questions)


@final
@dataclass(frozen=True, kw_only=True)
class GoldenTagger(Tagger):
    def tags(self, words: Sequence[str]) -> tuple[str, ...]:
        return golden_resources.tags(words)


@pytest.fixture(scope="module")
def attacks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Attack]]:
    folder = tmp_path_factory.mktemp("golden")
    words = golden_resources.vocabulary(TEXTS)
    rows = golden_resources.vectors(words)
    lines = (f"{word} {' '.join(map(repr, row))}\n" for word, row in zip(words, rows.tolist(), strict=True))
    (folder / "vectors.txt").write_text("".join(lines), encoding="utf-8")
    golden_resources.write_masked_lm(folder, words)
    near, five = (
        VectorsFile(path=str(folder / "vectors.txt"), neighbours=count, min_cosine=least)
        for count, least in ((50, 0.5), (5, -1.0))
    )
    encoder, tagger, mlm = GoldenEncoder(), GoldenTagger(), PretrainedMaskedLM(model=str(folder))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROSEARCH_CACHE", str(folder / "cache"))
        yield {
            "pwws": PWWS(lexicon=Table(path=str(HERE / "golden_synonyms.json"))),
            "deepwordbug": DeepWordBug(),
            "textfooler": TextFooler(lexicon=near, tagger=tagger, encoder=encoder),
            "textbugger": TextBugger(lexicon=five, encoder=encoder),
            "bae": BAE(mlm=mlm, tagger=tagger, encoder=encoder),
            "bert-attack": BERTAttack(mlm=mlm, encoder=encoder),
        }


def golden(recipe: str, victim: str) -> list[dict[str, Any]]:
    lines = (HERE / f"golden_{recipe}.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["victim"] == victim]


def run(attack: Attack, victim: str, **options: Any) -> tuple[AttackResult, ...]:
    labels = [gold(victim, text, position) for position, text in enumerate(TEXTS)]
    return attack.run(VICTIMS[victim], TEXTS, labels, score=ProbabilityScore(), seeds=SEED, **options)


@pytest.mark.parametrize(("recipe", "victim"), CASES)
def test_status_text_and_query_count_equal_textattacks(recipe: str, victim: str, attacks: dict[str, Attack]) -> None:
    expected = [(row["status"], row["adversarial"], row["queries"]) for row in golden(recipe, victim)]
    assert [(result.status, result.adversarial, result.queries) for result in run(attacks[recipe], victim)] == expected


@pytest.mark.parametrize(("recipe", "victim"), CASES)
def test_one_pass_tells_what_each_query_budget_does_in_textattack(
    recipe: str, victim: str, attacks: dict[str, Attack]
) -> None:
    rows = golden(recipe, victim)
    budgets = [int(budget) for budget in rows[0]["budgets"]]
    results = run(attacks[recipe], victim, budgets=budgets)
    expected = [{int(budget): status != "failed" for budget, (status, _) in row["budgets"].items()} for row in rows]
    assert [dict(result.falls_within) for result in results] == expected


@pytest.mark.parametrize(("recipe", "victim"), CASES)
def test_a_query_budget_equals_textattacks(recipe: str, victim: str, attacks: dict[str, Attack]) -> None:
    rows, cache = golden(recipe, victim), QueryCache()
    for budget in rows[0]["budgets"]:
        results = run(attacks[recipe], victim, max_queries=int(budget), cache=cache)
        expected = [tuple(row["budgets"][budget]) for row in rows]
        assert [(result.status, result.queries) for result in results] == expected


@pytest.mark.parametrize(("recipe", "victim"), CASES)
def test_every_text_is_asked_in_textattacks_order(recipe: str, victim: str, attacks: dict[str, Attack]) -> None:
    for row in golden(recipe, victim):
        asked = [TEXTS[row["text"]]]
        if row["status"] != "skipped":
            asked += texts_asked(attacks[recipe], VICTIMS[victim], TEXTS[row["text"]], row["label"])
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
            if isinstance(ask, Consult):
                ask = search.send(ask.consultant.answer(ask.questions))
                continue
            asked += ask.texts
            ask = search.send(answers(ask.texts))
    except StopIteration:
        return asked


@pytest.mark.parametrize("recipe", RECIPES)
def test_multiplying_the_logits_changes_no_outcome_under_margin(recipe: str, attacks: dict[str, Attack]) -> None:
    name = "both, 3 classes"
    labels = [gold(name, text, position) for position, text in enumerate(TEXTS)]
    outcomes = []
    for factor in (1.0, 1e-3, 2.0**-5, 0.7, 1e3):
        victim = Multiplied(VICTIMS[name], factor)
        scale = margin_scale(victim.logits(TEXTS), np.array(labels))
        results = attacks[recipe].run(
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
