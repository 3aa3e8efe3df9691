"""`init`: a commented configuration for a file of one's own."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_processes import PROGRAM

from rosearch.core.config import read_toml
from rosearch.search.configuration import Configuration


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def with_wordnet(here: Path) -> dict[str, str]:
    """An environment in which a WordNet of one synset is installed."""
    folder = here / "nltk_data" / "corpora" / "wordnet"
    folder.mkdir(parents=True)
    for part in ("noun", "verb", "adj", "adv"):
        data = "  1 The licence stands here.\n"
        synset = f"{len(data):08d} 03 {part[0]} 02 great 0 fine 0 000 | a gloss  \n"
        (folder / f"data.{part}").write_text(data + synset)
        rows = [f"{lemma} {part[0]} 1 2 @ ~ 1 0 {len(data):08d}  " for lemma in ("fine", "great")]
        (folder / f"index.{part}").write_text("\n".join(["  1 The licence stands here.", *rows]) + "\n")
    return {"NLTK_DATA": str(here / "nltk_data"), "ROSEARCH_CACHE": str(here / "cache")}


def init(environment: dict[str, str], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs the program in a process of its own, which reads the environment's WordNet and no other."""
    return subprocess.run(
        [PROGRAM, "init", *map(str, arguments)], env={**os.environ, **environment}, capture_output=True, text=True
    )


def test_measures_and_writes_a_search_that_fits_into_the_time(
    rosearch: Callable, toy_study: Path, here: Path, with_wordnet: dict[str, str]
) -> None:
    done = init(with_wordnet, toy_study / "train.tsv", "--teacher", toy_study / "teacher", "--hours", "0.5")
    assert done.returncode == 0, done.stderr
    assert "train.toml: written" in done.stdout
    assert "label     label: 2 classes (" in done.stdout
    assert "trials, then the finals" in done.stdout
    configuration = Configuration.read(here / "train.toml")
    assert configuration.search.trials >= 24
    assert configuration.search.window >= getattr(configuration.search.executor, "workers", 1)
    assert configuration.space == type(configuration.space).preset("tiny")
    text = (here / "train.toml").read_text()
    assert 'text = "text"' in text
    assert "guessed; 2 classes: " in text
    assert not (here / "runs").exists()
    dry = rosearch(
        "search", "train.toml", "--dry-run", "--set", 'fitness.attacks=["deepwordbug"]', "--set", "fitness.unseen=[]"
    )
    assert dry.code == 0


def test_without_measuring_it_is_there_at_once(rosearch: Callable, toy_study: Path, here: Path) -> None:
    arguments = ("--text", "text", "--label", "label", "--hours", 30, "--out", here / "a" / "mine.toml")
    answer = rosearch("init", toy_study / "train.tsv", "--no-measure", *arguments)
    assert answer.code == 0
    assert "not measured: rosearch check says how long" in answer.out
    tables = read_toml(here / "a" / "mine.toml")
    assert tables["space"] == {"preset": "default"}
    assert tables["search"]["repeats"] == 3
    assert "guessed" not in (here / "a" / "mine.toml").read_text()
    Configuration.from_tables(tables, where="here")


def test_nothing_is_overwritten(rosearch: Callable, toy_study: Path, here: Path) -> None:
    (here / "train.toml").write_text("mine")
    answer = rosearch("init", toy_study / "train.tsv", "--no-measure")
    assert answer.code == 2
    assert "train.toml: is there already, and nothing is overwritten. Give another file with --out." in answer.err
    assert (here / "train.toml").read_text() == "mine"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file"),
        ("", "is empty"),
        ("text,label\nfine,good\n", "no field looks like a label"),
    ],
)
def test_a_file_that_does_not_do_is_named(rosearch: Callable, here: Path, content: str | None, message: str) -> None:
    if content is not None:
        (here / "a.csv").write_text(content)
    answer = rosearch("init", "a.csv", "--no-measure")
    assert answer.code == 2
    assert "a.csv" in answer.err
    assert message in answer.err
    assert not (here / "a.toml").exists()


def test_rows_that_a_search_would_refuse_are_named_before_anything_is_written(
    toy_study: Path, here: Path, with_wordnet: dict[str, str]
) -> None:
    (here / "bad.tsv").write_text((toy_study / "train.tsv").read_text() + "only one field\n")
    arguments = ("bad.tsv", "--teacher", toy_study / "teacher", "--hours", "0.02")
    done = init(with_wordnet, *arguments)
    assert done.returncode == 2
    assert "bad.tsv:242: 1 fields where the header has 2" in done.stderr
    assert not (here / "bad.toml").exists()
    assert init(with_wordnet, *arguments, "--skip-bad-rows").returncode == 0
    assert "skip_bad_rows = true" in (here / "bad.toml").read_text()
