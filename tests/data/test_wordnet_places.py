"""WordNet is taken from where NLTK or Debian put it."""

import zipfile
from pathlib import Path

import pytest

from rosearch.data import nltk_data, wordnet
from rosearch.data.wordnet import REQUIRED, borrow


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wordnet, "DEBIAN", tmp_path / "debian")
    monkeypatch.setattr(nltk_data.sys, "prefix", str(tmp_path / "prefix"))
    monkeypatch.setattr(nltk_data.Path, "home", lambda: tmp_path / "home")
    found = wordnet.places
    monkeypatch.setattr(wordnet, "places", lambda: [path for path in found() if path.is_relative_to(tmp_path)])
    monkeypatch.delenv("NLTK_DATA", raising=False)
    (tmp_path / "target").mkdir()


def make_folder(folder: Path, *, names: tuple[str, ...] = REQUIRED) -> Path:
    folder.mkdir(parents=True)
    for name in (*names, "lexnames", "unrelated.txt"):
        (folder / name).write_text(f"{folder.name} {name}", encoding="utf-8")
    return folder


def test_a_machine_without_wordnet_has_none(tmp_path: Path) -> None:
    assert borrow(tmp_path / "target") is None
    assert not list((tmp_path / "target").iterdir())


def test_folders_are_taken_in_the_order_of_nltk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    debian = make_folder(tmp_path / "debian")
    assert borrow(tmp_path / "target") == debian
    home = make_folder(tmp_path / "home" / "nltk_data" / "corpora" / "wordnet")
    assert borrow(tmp_path / "target") == home
    named = make_folder(tmp_path / "named" / "corpora" / "wordnet")
    monkeypatch.setenv("NLTK_DATA", str(tmp_path / "named"))
    assert borrow(tmp_path / "target") == named
    assert {path.name for path in (tmp_path / "target").iterdir()} == {*REQUIRED, "lexnames"}
    assert (tmp_path / "target" / "data.noun").read_text(encoding="utf-8") == "wordnet data.noun"


def test_the_zip_file_that_nltk_downloads_will_do(tmp_path: Path) -> None:
    corpora = tmp_path / "prefix" / "share" / "nltk_data" / "corpora"
    corpora.mkdir(parents=True)
    with zipfile.ZipFile(corpora / "wordnet.zip", "w") as archive:
        for name in (*REQUIRED, "noun.exc"):
            archive.writestr(f"wordnet/{name}", name)
    assert borrow(tmp_path / "target") == corpora / "wordnet.zip"
    assert {path.name for path in (tmp_path / "target").iterdir()} == {*REQUIRED, "noun.exc"}


def test_incomplete_and_broken_places_are_passed_over(tmp_path: Path) -> None:
    make_folder(tmp_path / "home" / "nltk_data" / "corpora" / "wordnet", names=REQUIRED[1:])
    corpora = tmp_path / "prefix" / "nltk_data" / "corpora"
    corpora.mkdir(parents=True)
    (corpora / "wordnet.zip").write_bytes(b"no zip file")
    assert borrow(tmp_path / "target") is None
    debian = make_folder(tmp_path / "debian")
    assert borrow(tmp_path / "target") == debian
