"""Screening: a stand-in saves queries and changes no outcome."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, final
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rosearch.attacks import PWWS, Attack, AttackResult, DeepWordBug, MarginScore, ProbabilityScore, Score
from rosearch.attacks import screening as screening_module
from rosearch.attacks.constraints.repeat_modification import RepeatModification
from rosearch.attacks.dialogue import Answers, Ask, Confirm, Search, Start, choice
from rosearch.attacks.screening import SAFETY, Screening
from rosearch.attacks.search_methods.greedy_word_importance import GreedyWordImportance, Importance
from rosearch.attacks.search_methods.ranking import BySaliency, ByScore, Ranking, WordImportance
from rosearch.attacks.search_methods.rough_scores import RoughScores
from rosearch.attacks.transformations.character_edits import AnyOf, Deletion, Insertion, NeighbourSwap
from rosearch.core.protocols import FloatArray, Text
from rosearch.core.rng import SeedTree
from rosearch.lexicons.lexicon import Lexicon
from rosearch.testing.attack_conformance import SENTENCES, HashedWords

TEXTS = [*SENTENCES, *(" ".join(reversed(sentence.split())) for sentence in SENTENCES)]
ERROR = 0.02
SATURATED = ProbabilityScore(temperature=0.2)


@final
@dataclass(frozen=True)
class OffByALittle:
    """A stand-in whose logits differ from the victim's by up to ``ERROR / 2``, in a way of its own for each text."""

    victim: HashedWords

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        rows = self.victim.logits(texts)
        shares = np.array([[crc32(f"{column} {text}".encode()) for column in range(rows.shape[1])] for text in texts])
        return rows + ERROR * (shares / 2**32 - 0.5)


@final
@dataclass(frozen=True, kw_only=True)
class Greedy(Attack):
    """A greedy recipe with any way of ranking words, and a similarity that decides among texts that flip."""

    importance: Importance = "unk"
    kind: str = "greedy"

    def search(self, start: Start) -> Search:
        swap = AnyOf((NeighbourSwap(), Deletion(), Insertion()))
        return GreedyWordImportance(importance=self.importance).search(start, swap, (RepeatModification(),))


def outcomes(results: Sequence[AttackResult]) -> list[tuple[Any, ...]]:
    return [(result.status, result.adversarial, result.queries, result.falls_within) for result in results]


@pytest.fixture(autouse=True)
def few_texts_calibrate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening_module, "CALIBRATION_TEXTS", 64)


@final
@dataclass(frozen=True, kw_only=True)
class Letters(Lexicon):
    """Every word has itself with another last letter for a synonym, one to three of them."""

    kind: str = "letters"

    def synonyms(self, word: str) -> tuple[str, ...]:
        return tuple(word + letter for letter in "abc"[: 1 + len(word) % 3])

    def fingerprint(self) -> str:
        return self.kind


@pytest.mark.parametrize("score", [MarginScore(), ProbabilityScore(resolution=1e-6), SATURATED])
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    "attack",
    [
        PWWS(lexicon=Letters()),
        DeepWordBug(),
        *(Greedy(importance=importance) for importance in ("unk", "delete", "weighted_saliency", "random")),
    ],
    ids=lambda attack: f"{attack.kind}-{getattr(attack, 'importance', '')}",
)
def test_a_stand_in_changes_no_outcome_and_saves_queries(attack: Attack, classes: int, score: Score) -> None:
    victim = HashedWords(classes=classes)
    labels = victim.labels(TEXTS)
    screening = Screening(OffByALittle(victim), name="off by a little")
    runs = []
    options: dict[str, Any]
    for options in ({}, {"budgets": (1, 5, 12, 30)}, {"max_queries": 20}):
        for given_screening in (None, screening):
            run = attack.run(
                victim, TEXTS, labels, score=score, seeds=SeedTree(1), screening=given_screening, **options
            )
            runs.append(run)
        assert outcomes(runs[-1]) == outcomes(runs[-2])
    own, rough = ([result for run in runs[at::2] for result in run] for at in (0, 1))
    # Where nearly all scores are 0 or 1, half of all decisions are near ones.
    share = 0.95 if score == SATURATED else 0.8
    assert sum(result.computed_queries for result in rough) < share * sum(result.computed_queries for result in own)
    assert sum(result.rough_queries for result in rough) > sum(result.rough_queries for result in own) == 0
    record = screening.record
    assert (record.stand_in, record.beyond) == ("off by a little", 0)
    assert record.compared > 64
    assert ERROR / 2 < record.largest_error < ERROR
    assert record.bound == SAFETY * record.largest_error


def test_an_error_beyond_the_bound_is_counted_and_the_bound_grows() -> None:
    victim = HashedWords()

    class Worse:
        """Off by much more for a word that is rare."""

        def logits(self, texts: Sequence[Text]) -> FloatArray:
            rows = OffByALittle(victim).logits(texts)
            rows[["UNK" in str(text) for text in texts], 0] += 0.3
            return rows

    screening = Screening(Worse(), name="worse")
    words = ["good film", "bad film", *(f"film {number}" for number in range(80))]
    screening.logits(words, words)
    screening.compare(words, victim.logits(words))
    assert screening.record.beyond == 0
    before = screening.bound
    screening.logits(["UNK film"], ["a"])
    screening.compare(["UNK film", "never asked"], victim.logits(["UNK film", "never asked"]))
    assert screening.record.beyond == 1
    assert screening.bound > max(before, 0.5)


def answered(dialogue: Generator[Any, Any, Any], truth: FloatArray, texts: Sequence[str], flips: Sequence[bool]) -> Any:
    """Plays the victim for questions to confirm, and returns the result and how many were asked."""
    asked = 0
    place = {text: at for at, text in enumerate(texts)}
    try:
        question = next(dialogue)
        while True:
            assert isinstance(question, Confirm)
            at = [place[text] for text in question.texts]
            asked += len(at)
            question = dialogue.send(Answers([float(truth[p]) for p in at], [flips[p] for p in at], over=False))
    except StopIteration as stop:
        return stop.value, asked


def rough(truth: FloatArray, errors: FloatArray, bound: float, flips: Sequence[bool], ask: Ask) -> RoughScores:
    scores = RoughScores()
    dialogue = scores.ask(ask)
    next(dialogue)
    with pytest.raises(StopIteration):
        dialogue.send(Answers((truth + errors).tolist(), flips, over=False, error=bound))
    return scores


# Multiples of an eighth, so that equal scores and scores at the edge of the bound are common.
eighths = st.integers(-8, 8).map(lambda number: number / 8)
errors = st.integers(-2, 2).map(lambda number: number / 8)
cases = st.lists(st.tuples(eighths, errors, eighths), min_size=1, max_size=8)


@settings(max_examples=300)
@given(cases, st.one_of(st.none(), eighths), st.booleans())
def test_a_greedy_step_goes_on_as_with_the_victims_own_scores(
    rows: list[tuple[float, float, float]], incumbent: float | None, encoder: bool
) -> None:
    truth, off = (np.array([row[at] for row in rows]) for at in (0, 1))
    similarities = [row[2] for row in rows] if encoder else None
    texts = [str(at) for at in range(len(rows))]
    flips = [bool(value > 0.25) for value in truth]
    guesses = [bool(value > 0.25) for value in truth + off]
    ask = Ask(texts, incumbent, similarities)
    scores = rough(truth, off, 0.25, guesses, ask)
    found, _ = answered(scores.choice(ask), truth, texts, flips)
    expected = choice(ask, truth.tolist(), flips)
    assert found == expected
    if found is not None:
        assert (scores.values[found], scores.flipped[found]) == (truth[found], flips[found])


@settings(max_examples=300)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=5), st.sampled_from([0.0, -0.5, 0.5]), st.data())
def test_words_come_in_the_order_of_the_victims_own_scores(counts: list[int], zero: float, data: st.DataObject) -> None:
    size = len(counts) + sum(counts)
    truth, off = (np.array(data.draw(st.lists(each, min_size=size, max_size=size))) for each in (eighths, errors))
    texts, flips = [str(at) for at in range(size)], [False] * size

    def order(error: FloatArray, bound: float, *, by_saliency: bool) -> list[int]:
        scores = rough(truth, error, bound, flips, Ask(texts))
        importance: WordImportance = BySaliency(scores, counts, zero) if by_saliency else ByScore(scores)
        ranking = Ranking(range(len(counts) if by_saliency else size), importance)
        words = iter(lambda: answered(ranking.next(), truth, texts, flips)[0], None)
        return list(words)

    for by_saliency in (False, True):
        own = order(np.zeros(size), 0.0, by_saliency=by_saliency)
        assert order(off, 0.25, by_saliency=by_saliency) == own
        if not by_saliency:
            assert own == sorted(range(size), key=lambda at: -truth[at])


def test_a_search_that_ranks_roughly_confirms_little() -> None:
    texts = [str(at) for at in range(100)]
    truth = np.linspace(0, 1, 100)
    scores = rough(truth, np.full(100, 0.001), 0.002, [False] * 100, Ask(texts))
    word, asked = answered(Ranking(range(100), ByScore(scores)).next(), truth, texts, [False] * 100)
    assert (word, asked) == (99, 0)
