"""The public call: what it counts, checks, refuses and survives."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rosearch.attacks import Attack, DeepWordBug, MarginScore, ProbabilityScore, QueryCache
from rosearch.attacks.constraints.constraint import Constraint
from rosearch.attacks.constraints.repeat_modification import RepeatModification
from rosearch.attacks.constraints.stop_words import StopWordModification
from rosearch.attacks.dialogue import Ask, Search, Start
from rosearch.attacks.text import WordText
from rosearch.core.errors import AttackError
from rosearch.core.events import Event, Progress
from rosearch.core.protocols import FloatArray, Text
from rosearch.core.rng import SeedTree
from rosearch.testing.attack_conformance import SENTENCES, HashedWords

OPTIONS = {"score": MarginScore(), "seeds": SeedTree(0)}


class CountingVictim:
    """HashedWords that writes down every batch."""

    def __init__(self) -> None:
        self.batches: list[list[Text]] = []

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        self.batches.append(list(texts))
        return HashedWords().logits(texts)

    @property
    def asked(self) -> list[Text]:
        return [text for batch in self.batches for text in batch]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=4), st.integers(2, 3), st.integers(1, 60))
def test_whatever_the_text_the_result_is_true(texts: list[str], classes: int, budget: int) -> None:
    victim = HashedWords(classes=classes)
    attack, cache = DeepWordBug(), QueryCache()
    labels = victim.labels(texts)
    results = attack.run(victim, texts, labels, budgets=[budget], cache=cache, **OPTIONS)
    cut = attack.run(victim, texts, labels, max_queries=budget, cache=cache, **OPTIONS)
    for result, text, shorter in zip(results, texts, cut, strict=True):
        before, after = WordText(text), WordText(str(result.adversarial))
        assert len(before.words) == len(after.words) == result.words
        assert [before.words[at] == after.words[at] for at in range(result.words)] == [
            at not in result.changed for at in range(result.words)
        ]
        assert all(constraint.holds(before, after) for constraint in attack.constraints())
        assert int(victim.logits([result.adversarial])[0].argmax()) == result.prediction_after
        assert result.falls_within[budget] == (shorter.status == "success")


def test_equal_texts_are_asked_once_and_the_cache_serves_a_second_score() -> None:
    victim, cache = CountingVictim(), QueryCache()
    labels = HashedWords().labels(SENTENCES)
    first = DeepWordBug().run(victim, SENTENCES, labels, score=MarginScore(), seeds=1, cache=cache)
    confirmations = sum(result.adversarial != result.original for result in first)
    assert sum(result.computed_queries for result in first) == len(victim.asked)
    assert len(set(victim.asked)) == len(victim.asked) - confirmations
    before = len(victim.asked)
    second = DeepWordBug().run(victim, SENTENCES, labels, score=ProbabilityScore(), seeds=1, cache=cache)
    assert len(victim.asked) - before < before / 4
    assert sum(result.queries for result in second) > before / 2


def test_batches_hold_texts_of_like_length() -> None:
    victim = CountingVictim()
    DeepWordBug().run(victim, SENTENCES, HashedWords().labels(SENTENCES), batch_size=4, **OPTIONS)
    ranking = victim.batches[2:12]
    assert max(len(batch) for batch in victim.batches) == 4
    assert all([len(text) for text in batch] == sorted(map(len, batch)) for batch in ranking)


def test_a_full_cache_forgets_and_changes_nothing() -> None:
    labels = HashedWords().labels(SENTENCES)
    small = QueryCache(max_characters=300)
    whole = DeepWordBug().run(HashedWords(), SENTENCES, labels, **OPTIONS)
    forgetful = DeepWordBug().run(HashedWords(), SENTENCES, labels, cache=small, **OPTIONS)
    assert [(r.status, r.adversarial, r.queries) for r in whole] == [
        (r.status, r.adversarial, r.queries) for r in forgetful
    ]
    assert len(small) < 20


def test_a_cache_serves_one_victim() -> None:
    cache = QueryCache()
    DeepWordBug().run(CountingVictim(), ["a film"], [0], cache=cache, **OPTIONS)
    with pytest.raises(AttackError, match="another victim"):
        DeepWordBug().run(CountingVictim(), ["a film"], [0], cache=cache, **OPTIONS)


def test_a_text_wrong_from_the_start_is_skipped_and_lost_at_every_budget() -> None:
    text = "A good film about nothing much"
    wrong = 1 - HashedWords().labels([text])[0]
    result = DeepWordBug().run(HashedWords(), [text], [wrong], budgets=(1, 10), **OPTIONS)[0]
    assert (result.status, result.queries, result.adversarial) == ("skipped", 1, text)
    assert result.falls_within == {1: True, 10: True}


def test_progress_is_told() -> None:
    events: list[Event] = []
    DeepWordBug().run(HashedWords(), SENTENCES, HashedWords().labels(SENTENCES), listener=events.append, **OPTIONS)
    steps = [event for event in events if isinstance(event, Progress)]
    assert steps[-1].done == steps[-1].total == len(SENTENCES)
    assert [step.done for step in steps] == sorted(step.done for step in steps)


def test_ten_thousand_words_have_an_outcome_within_a_budget() -> None:
    text = " ".join(f"word{number % 97} the" for number in range(5000))
    result = DeepWordBug().run(Stubborn(), [text], [0], max_queries=5040, **OPTIONS)[0]
    assert (result.status, result.words, result.queries) == ("failed", 10_000, 5040)


class Stubborn:
    """Always says 0, in tiny steps less surely the longer the text."""

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        return np.array([[1.0, len(text) * 1e-6] for text in texts])


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda texts: np.full((len(texts), 2), np.nan), "not finite for example 'seven'"),
        (lambda texts: np.zeros((len(texts) + 1, 2)), "shape"),
        (lambda texts: np.zeros(len(texts)), "shape"),
        (lambda texts: np.zeros((len(texts), 1)), "shape"),
        (lambda texts: np.zeros((len(texts), 2 + ("[UNK]" in texts[0]))), "'seven'"),
        (lambda texts: texts[99], "failed on a text of example 'seven'.*IndexError"),
    ],
)
def test_a_broken_victim_is_named_with_the_example(answer: object, message: str) -> None:
    victim = type("Broken", (), {"logits": lambda _, texts: answer(texts)})()
    with pytest.raises(AttackError, match=message):
        DeepWordBug().run(victim, ["a good film"], [0], example_ids=["seven"], **OPTIONS)


def test_the_text_that_a_victim_cannot_read_is_found_in_its_batch() -> None:
    class Picky(HashedWords):
        def logits(self, texts: Sequence[Text]) -> FloatArray:
            if any("poison" in text for text in texts):
                raise RuntimeError("cannot read this")
            return np.zeros((len(texts), 2))

    with pytest.raises(AttackError, match=r"'b'.*cannot read this"):
        DeepWordBug().run(Picky(), ["fine", "poison", "good"], [0, 0, 0], example_ids=["a", "b", "c"], **OPTIONS)


def test_a_victim_that_contradicts_itself_is_refused() -> None:
    class Moody:
        calls = 0

        def logits(self, texts: Sequence[Text]) -> FloatArray:
            self.calls += 1
            return HashedWords().logits(texts) * (1 + self.calls % 3)

    with pytest.raises(AttackError, match="asked again"):
        DeepWordBug().run(Moody(), SENTENCES, HashedWords().labels(SENTENCES), **OPTIONS)


@final
@dataclass(frozen=True, kw_only=True)
class Cheat(Attack):
    """An attack that rewrites stop words, or goes on after its budget."""

    how: Literal["stop words", "two words", "endless"]
    kind: Literal["cheat"] = "cheat"

    def search(self, start: Start) -> Search:
        while self.how == "endless":
            yield Ask([start.text.replace(0, "other")])
        return WordText("rubbish here" if self.how == "stop words" else "the whole film again")

    def constraints(self) -> tuple[Constraint, ...]:
        return (RepeatModification(), StopWordModification())


@pytest.mark.parametrize(("how", "message"), [("stop words", "broke StopWord"), ("two words", "broke Repeat")])
def test_a_result_that_breaks_a_constraint_is_refused(how: str, message: str) -> None:
    attack = Cheat.from_config({"how": how})
    with pytest.raises(AttackError, match=message):
        attack.run(Stubborn(), ["the film"], [0], **OPTIONS)


def test_a_search_that_ignores_its_budget_is_stopped() -> None:
    with pytest.raises(AttackError, match="goes on"):
        Cheat(how="endless").run(Stubborn(), ["the film"], [0], max_queries=9, **OPTIONS)


@pytest.mark.parametrize(
    "options",
    [
        {"labels": [0]},
        {"example_ids": ["same", "same"]},
        {"example_ids": ["one"]},
        {"field": 1},
        {"budgets": (0,)},
        {"max_queries": 0},
        {"batch_size": 0},
        {"budgets": (10,), "max_queries": 5},
    ],
)
def test_arguments_that_do_not_fit_are_refused(options: dict[str, object]) -> None:
    arguments = {"labels": [0, 0], **OPTIONS, **options}
    with pytest.raises(ValueError, match=r"\w"):
        DeepWordBug().run(HashedWords(), ["a film", "a play"], **arguments)


def test_a_label_that_the_victim_does_not_know_is_named() -> None:
    with pytest.raises(AttackError, match=r"'1'.*label 7"):
        DeepWordBug().run(HashedWords(), ["a film", "a play"], [0, 7], **OPTIONS)


def test_no_texts_no_results() -> None:
    assert DeepWordBug().run(HashedWords(), [], [], **OPTIONS) == ()
