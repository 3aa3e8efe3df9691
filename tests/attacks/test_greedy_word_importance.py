from dataclasses import dataclass
from typing import final

import pytest

from rosearch.attacks.constraints.repeat_modification import RepeatModification
from rosearch.attacks.constraints.stop_words import StopWordModification
from rosearch.attacks.dialogue import Answers, Start, improvement
from rosearch.attacks.randomness import AttackRandom
from rosearch.attacks.search_methods.greedy_word_importance import GreedyWordImportance, Importance
from rosearch.attacks.text import WordText
from rosearch.attacks.transformations.transformation import WordSwap


@final
@dataclass(frozen=True)
class Capitals(WordSwap):
    """Every word has two replacements."""

    def replacements(self, word: str, random: AttackRandom) -> tuple[str, ...]:  # noqa: ARG002
        return (word.upper(), "a" + word.upper())


def played(importance: Importance, text: str, scores: dict[str, float], *, flips: float = 9.0) -> list[list[str]]:
    """Plays a search against known scores (0 where unknown); returns its questions and, last, the text it ends with."""
    start = Start(WordText(text), 0.0, 0.0, AttackRandom(3))
    constraints = (RepeatModification(), StopWordModification())
    search = GreedyWordImportance(importance=importance).search(start, Capitals(), constraints)
    questions = []
    try:
        ask = next(search)
        while True:
            questions.append(list(ask.texts))
            values = [scores.get(text, 0.0) for text in ask.texts]
            ask = search.send(Answers(values, [value >= flips for value in values], over=False))
    except StopIteration as stop:
        return [*questions, [stop.value.text]]


def test_words_are_tried_by_importance_and_only_gains_are_kept() -> None:
    scores = {"[UNK] rain falls": 0.1, "cold [UNK] falls": 0.5, "cold rain [UNK]": 0.3, "cold RAIN falls": 0.6}
    assert played("unk", "cold rain falls", scores) == [
        ["[UNK] rain falls", "cold [UNK] falls", "cold rain [UNK]"],
        ["cold RAIN falls", "cold aRAIN falls"],
        ["cold RAIN FALLS", "cold RAIN aFALLS"],
        ["COLD RAIN falls", "aCOLD RAIN falls"],
        ["cold RAIN falls"],
    ]


def test_words_of_equal_importance_keep_their_order_and_equal_candidates_go_by_the_alphabet() -> None:
    scores = {"COLD rain": 9.5, "aCOLD rain": 9.5}
    questions = played("unk", "cold rain", scores)
    assert questions[1:] == [["COLD rain", "aCOLD rain"], ["COLD rain"]]


def test_the_best_candidate_counts_not_any_that_flips() -> None:
    questions = played("unk", "cold", {"COLD": 3.0, "aCOLD": 5.0}, flips=4.0)
    assert questions[-1] == ["aCOLD"]


def test_deletion_ranks_by_the_text_without_the_word() -> None:
    assert played("delete", "the cold rain", {})[0] == ["the rain", "the cold "]


def test_weighted_saliency_multiplies_by_what_a_swap_reaches() -> None:
    scores = {"[UNK] rain": 0.2, "cold [UNK]": 0.1, "COLD rain": 0.3, "cold RAIN": 0.8}
    questions = played("weighted_saliency", "cold rain", scores)
    assert questions[0] == ["[UNK] rain", "cold [UNK]", "COLD rain", "aCOLD rain", "cold RAIN", "cold aRAIN"]
    assert questions[1] == ["cold RAIN", "cold aRAIN"]


def test_a_random_order_asks_nothing_beforehand_and_tries_every_word() -> None:
    questions = played("random", "cold rain falls down hard", {})
    assert {question[0] for question in questions[:-1]} == {
        "COLD rain falls down hard",
        "cold RAIN falls down hard",
        "cold rain FALLS down hard",
        "cold rain falls down HARD",
    }


def test_sparse_words_come_in_the_order_of_textattacks_sets() -> None:
    text = " ".join("word" if at in (3, 18, 33, 37) else "the" for at in range(40))
    asked = played("unk", text, {})[0]
    assert [question.split().index("[UNK]") for question in asked] == [33, 18, 3, 37]


@pytest.mark.parametrize("importance", ["unk", "delete", "weighted_saliency", "random"])
@pytest.mark.parametrize("text", ["", "the", "?!"])
def test_nothing_to_change_ends_at_once(importance: Importance, text: str) -> None:
    assert played(importance, text, {}) == [[text]]


def test_improvement_is_strict_and_takes_the_first_of_equals() -> None:
    assert improvement([1.0, 2.0, 2.0], 1.5) == 1
    assert improvement([1.0, 2.0], 2.0) is None
    assert improvement([], 0.0) is None
