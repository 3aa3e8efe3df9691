"""Texts taken apart: put together again they are the same, and words change nowhere but where they are exchanged."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rosearch.attacks.text import WordText
from rosearch.core.protocols import Text
from rosearch.distillation.worded_texts import WordedTexts
from rosearch.lexicons.stop_words import STOP_WORDS
from rosearch.teachers.teacher import PreparedTeacher

strings = st.text(alphabet="abcÜ the-'_ .,\u00e9\u4e2d*", max_size=30)
singles = st.lists(strings, min_size=1, max_size=6)
pairs = st.lists(st.tuples(strings, strings), min_size=1, max_size=6)
NONE = np.array([], dtype=np.int64)


@given(st.one_of(singles, pairs))
def test_without_an_exchange_texts_stay(texts: list[Text]) -> None:
    worded = WordedTexts(texts)
    rows = np.arange(len(texts))
    assert worded.rewritten(rows, NONE, []) == texts
    assert worded.rewritten(rows, np.arange(len(worded.words)), worded.words) == texts


@given(singles, st.randoms())
def test_an_exchange_is_the_one_that_attacks_make(texts: list[str], random: object) -> None:  # noqa: ARG001
    worded = WordedTexts(texts)
    for number, owner in enumerate(worded.owners.tolist()):
        index = number - int(worded.offsets[owner])
        found = worded.rewritten(np.array([owner]), np.array([number]), ["new"])
        assert found == [WordText(texts[owner]).replace(index, "new")]


def test_both_fields_of_a_pair_are_rewritten() -> None:
    texts: list[Text] = [("A good film.", "Not bad!"), ("Fine", "")]
    worded = WordedTexts(texts)
    assert worded.words == ["A", "good", "film", "Not", "bad", "Fine"]
    assert worded.spans.tolist() == [[0, 0, 1], [0, 2, 6], [0, 7, 11], [1, 0, 3], [1, 4, 7], [0, 0, 4]]
    found = worded.rewritten(np.array([0]), np.array([2, 4]), ["movie", "poor"])
    assert found == [("A good movie.", "Not poor!")]


def test_stop_words_are_told_apart() -> None:
    worded = WordedTexts(["The film was the best of them all"])
    free = [word for word in worded.words if word not in STOP_WORDS]
    assert worded.free_words == free == ["The", "film", "best"]


@given(singles)
def test_each_token_belongs_to_the_word_that_it_is_cut_from(
    prepared_teacher: PreparedTeacher, texts: list[str]
) -> None:
    tokenizer, worded = prepared_teacher.tokenizer(), WordedTexts(texts)
    encoded = tokenizer.encode(texts, max_length=32)
    spans = tokenizer.token_spans(texts, max_length=32)
    words = worded.words_of_tokens(spans, encoded.lengths)
    assert len(words) == len(encoded.ids)
    rows = np.repeat(np.arange(len(texts)), encoded.lengths)
    for row, (field, start, end), word in zip(rows.tolist(), spans.tolist(), words.tolist(), strict=True):
        inside = [
            number
            for number in range(int(worded.offsets[row]), int(worded.offsets[row + 1]))
            if field == 0 and worded.spans[number, 1] <= start < worded.spans[number, 2]
        ]
        assert ([word] if word >= 0 else []) == inside
        if word >= 0:
            assert texts[row][start:end] in worded.words[word]
