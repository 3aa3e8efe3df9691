"""Perturbations: each rewrites what it says, as strongly as it is told, and the same again with the same draws."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosearch.attacks.constraints.edit_distance import edit_distance
from rosearch.core.errors import ConfigError
from rosearch.distillation.perturbations.character_edits import CharacterEdits, edited
from rosearch.distillation.perturbations.masking import Masking
from rosearch.distillation.perturbations.perturbation import Perturbation
from rosearch.distillation.perturbations.word_substitution import WordSubstitution
from rosearch.distillation.perturbed_texts import PerturbedTexts
from rosearch.distillation.worded_texts import WordedTexts
from rosearch.lexicons.table import Table
from rosearch.testing.toy_task import SYNONYMS, toy_task

ONE = np.array([0])
words = st.lists(st.text(alphabet="abcdé", min_size=1, max_size=8), max_size=20)


@pytest.fixture
def substitution(toy_lexicon: Path) -> WordSubstitution:
    return WordSubstitution(lexicons=(Table(path=str(toy_lexicon)),))


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@given(words, st.integers(0, 9))
def test_an_edited_word_is_one_slip_away(texts: list[str], seed: int) -> None:
    found = CharacterEdits().rewrite(texts, rng=rng(seed))
    assert len(found) == len(texts)
    for before, after in zip(texts, found, strict=True):
        assert edit_distance(before, after) <= 2
        assert sorted(before) == sorted(after) or edit_distance(before, after) == 1
        assert len(before) > 1 or after == before


def test_the_four_edits() -> None:
    assert [edited("word", edit, 1, "X") for edit in range(4)] == ["wrod", "wXrd", "wrd", "wXord"]
    assert [edited("word", edit, 3, "X") for edit in range(4)] == ["wodr", "worX", "wor", "worXd"]


def test_every_edit_and_place_is_drawn() -> None:
    found = CharacterEdits().rewrite(["abcd"] * 4000, rng=rng())
    lengths = np.bincount([len(word) for word in found])
    assert lengths[3] == pytest.approx(1000, abs=120)
    assert lengths[5] == pytest.approx(1000, abs=120)
    assert {"bacd", "acbd", "abdc", "bcd", "acd", "abd", "abc"} <= set(found)


def test_a_synonym_is_drawn_evenly_and_unknown_words_stay(substitution: WordSubstitution) -> None:
    found = substitution.rewrite(["movie", "zebra"] * 500, rng=rng())
    assert set(found[1::2]) == {"zebra"}
    assert set(found[::2]) == set(SYNONYMS["movie"])
    assert found.count("film") == pytest.approx(250, abs=50)


def test_two_lexicons_are_one_neighbourhood(tmp_path: Path, toy_lexicon: Path) -> None:
    (tmp_path / "more.json").write_text('{"movie": ["film", "flick"]}')
    both = WordSubstitution(lexicons=(Table(path=str(toy_lexicon)), Table(path=str(tmp_path / "more.json"))))
    assert set(both.rewrite(["movie"] * 200, rng=rng())) == {*SYNONYMS["movie"], "flick"}


def test_masked_words_are_hidden_or_left_out() -> None:
    worded = WordedTexts(["fine film"])
    for stand_in, expected in (("[MASK]", "[MASK] [MASK]"), ("", " ")):
        masking = Masking(stand_in=stand_in, share=1.0)
        drawn = {str(PerturbedTexts(worded, [masking]).draw(ONE, strength=1.0, rng=rng(seed))[0]) for seed in range(40)}
        assert expected in drawn


def test_strength_and_share_bound_how_many_words_change() -> None:
    texts = toy_task().train.texts
    worded = WordedTexts(texts)
    free = len(worded.free_words)

    def changed(share: float, strength: float) -> float:
        drawn = PerturbedTexts(worded, [Masking(share=share)]).draw(np.arange(len(texts)), strength=strength, rng=rng())
        return sum(str(text).count("[MASK]") for text in drawn) / free

    assert changed(1.0, 0.0) == 0
    # A text's share is uniform up to the largest, so the mean is half of it.
    assert changed(1.0, 1.0) == pytest.approx(0.5, abs=0.06)
    assert changed(0.4, 1.0) == pytest.approx(0.2, abs=0.04)
    assert changed(1.0, 0.4) == pytest.approx(0.2, abs=0.04)


def test_weights_decide_which_perturbation_a_text_draws() -> None:
    worded = WordedTexts(["film"] * 4000)
    parts = [Masking(stand_in="<a>", share=1.0), Masking(stand_in="<b>", share=1.0, weight=3.0)]
    drawn = PerturbedTexts(worded, parts).draw(np.arange(4000), strength=1.0, rng=rng())
    assert drawn.count("<b>") / (drawn.count("<a>") + drawn.count("<b>")) == pytest.approx(0.75, abs=0.04)


def test_the_same_draws_give_the_same_texts(substitution: WordSubstitution) -> None:
    drawer = PerturbedTexts(WordedTexts(toy_task().train.texts), [substitution, CharacterEdits()])
    first, again, other = (drawer.draw(np.arange(240), strength=1.0, rng=rng(seed)) for seed in (0, 0, 1))
    assert first == again != other


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "masking", "share": 0.0}, r"share must be in \(0, 1\]"),
        ({"kind": "character_edits", "weight": -1}, "leave the perturbation out to switch it off"),
        ({"kind": "word_substitution", "lexicons": []}, "lexicons must name at least one"),
        ({"kind": "word_substitutions"}, "Did you mean 'word_substitution'"),
    ],
)
def test_what_makes_no_sense_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Perturbation.from_config(fields)


def test_only_the_texts_asked_for_are_drawn() -> None:
    worded = WordedTexts(["fine film", "dull plot", "good cast"])
    drawn = PerturbedTexts(worded, [Masking(share=1.0)]).draw(np.array([2, 0]), strength=1.0, rng=rng())
    assert [str(text).replace("[MASK]", "") for text in drawn] != ["", ""]
    assert all(word in ("good", "cast", "[MASK]") for word in str(drawn[0]).split())
    assert all(word in ("fine", "film", "[MASK]") for word in str(drawn[1]).split())
