import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosearch.attacks.randomness import AttackRandom
from rosearch.attacks.text import WordText, is_one_word
from rosearch.attacks.transformations.character_edits import AnyOf, Deletion, Insertion, NeighbourSwap, Substitution

TEXTS = st.text(
    st.one_of(st.sampled_from(string.ascii_letters + " '-_*@.,!?`\t\n×˗éß0"), st.characters(exclude_categories=["Cs"])),
    max_size=60,
)


def words_by_the_rule(text: str) -> list[str]:
    """TextAttack's rule, step by step, for one space-separated token after the other."""
    words = []
    for token in text.split():
        runs = re.findall("[\\w\u02d7`\u00d7'\\-*@]+", token.strip("'-_*@"))
        words += [run.strip("'-_*@") for run in runs]
    return [word for word in words if word]


@given(TEXTS)
def test_words_are_textattacks(text: str) -> None:
    assert list(WordText(text).words) == words_by_the_rule(text)


def test_words_of_a_known_text() -> None:
    text = WordText("it 's a U.S. film -- don't miss co-op, x@y.com 3.5")
    assert text.words == ("it", "s", "a", "U", "S", "film", "don't", "miss", "co-op", "x@y", "com", "3", "5")


@given(TEXTS, st.sampled_from(["word", "don't", "B-2", "[UNK]"]))
def test_a_replacement_leaves_everything_else_byte_for_byte(text: str, word: str) -> None:
    before = WordText(text)
    for index, (start, end) in enumerate(before.spans):
        after = before.replaced(index, word)
        assert after.text == text[:start] + word + text[end:]
        assert after.modified == {index: word}
        assert len(after.words) == len(before.words)
        assert after.words[index] == word.strip("[]")
        assert after.changed_from(before) == (() if before.words[index] == word.strip("[]") else (index,))


@given(TEXTS, st.integers(0, 2**32))
def test_character_edits_never_change_the_number_of_words(text: str, seed: int) -> None:
    random, current = AttackRandom(seed), WordText(text)
    swap = AnyOf((NeighbourSwap(), Substitution(), Deletion(), Insertion()))
    for index, word in enumerate(current.words):
        replacements = swap.replacements(word, random)
        assert word not in replacements
        assert len(set(replacements)) == len(replacements)
        for replacement in replacements:
            assert is_one_word(replacement)
            assert len(current.replaced(index, replacement).words) == len(current.words)


@pytest.mark.parametrize(
    ("text", "index", "expected"),
    [
        ("Good , bad movie .", 0, ", bad movie ."),
        ("Good , bad movie .", 1, "Good , movie ."),
        ("Good , bad movie .", 2, "Good , bad ."),
        ("one two", 1, "one "),
        ("one", 0, ""),
        ("one, two", 1, "one, "),
        ("(one) two", 0, "() two"),
        ("a-b c", 1, "a-b "),
    ],
)
def test_deletion_takes_the_space_that_textattack_takes(text: str, index: int, expected: str) -> None:
    assert WordText(text).delete(index) == expected
