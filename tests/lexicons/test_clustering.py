"""Clusters of synonyms: stars or chains about the frequent words, the same for the same words."""

from pathlib import Path

import pytest

from rosearch.core.files import write_json
from rosearch.data.word_reading import WordReading
from rosearch.lexicons.clustering import clusters_of, gather
from rosearch.lexicons.table import Table

SYNONYMS = {
    "good": ["fine", "well", "solid"],
    "fine": ["good", "thin"],
    "thin": ["fine", "slim"],
    "slim": ["thin"],
    "the": ["good"],
    "film": ["Movie", "picture show", "x"],
    "bad": ["poor"],
}
COUNTS = {"the": 90, "good": 9, "film": 7, "fine": 5, "thin": 3, "bad": 2, "slim": 1}


@pytest.fixture
def lexicon(tmp_path: Path) -> Table:
    write_json(tmp_path / "synonyms.json", SYNONYMS)
    return Table(path=str(tmp_path / "synonyms.json"))


def test_stars_are_a_frequent_word_and_its_synonyms(lexicon: Table) -> None:
    found = gather(COUNTS, lexicon, chains=False)
    assert found == {
        **dict.fromkeys(("good", "fine", "well", "solid"), "good"),
        **dict.fromkeys(("film", "movie"), "film"),
        **dict.fromkeys(("thin", "slim"), "thin"),
        **dict.fromkeys(("bad", "poor"), "bad"),
    }


def test_chains_grow_through_synonyms_of_synonyms(lexicon: Table) -> None:
    found = gather(COUNTS, lexicon, chains=True)
    assert {found[word] for word in ("good", "fine", "thin", "slim", "well")} == {"good"}
    assert (found["movie"], found["poor"]) == ("film", "bad")


@pytest.mark.parametrize("chains", [False, True])
def test_representatives_stand_for_themselves_and_stop_words_for_nobody(lexicon: Table, chains: bool) -> None:
    found = gather(COUNTS, lexicon, chains=chains)
    assert all(found[chosen] == chosen for chosen in found.values())
    assert not {"the", "x", "picture show"} & {*found, *found.values()}


def test_the_order_of_the_words_decides_nothing(lexicon: Table) -> None:
    backwards = dict(reversed(COUNTS.items()))
    for chains in (False, True):
        assert gather(backwards, lexicon, chains=chains) == gather(COUNTS, lexicon, chains=chains)


def test_clusters_of_texts_are_kept_and_follow_the_lexicon(
    lexicon: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROSEARCH_CACHE", str(tmp_path / "cache"))
    texts = ["A good Film , the film", "thin and fine"]
    clusters = clusters_of(texts, lexicon, chains=False)
    assert WordReading(clusters).rewrite("A Good movie") == "A Fine film"
    assert len(list((tmp_path / "cache").glob("clusters-*"))) == 1
    assert clusters_of(texts, lexicon, chains=False) == clusters
    assert clusters_of([("thin and fine", "A good Film , the film")], lexicon, chains=False) == clusters
    write_json(Path(lexicon.path), {"thin": ["movie"]})
    other = Table(path=str(Path(lexicon.path).rename(tmp_path / "other.json")))
    assert clusters_of(texts, other, chains=False)["movie"] == "thin"
