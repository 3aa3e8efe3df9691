"""The demo task, on a small file of the package's form."""

import bz2
import csv
import io
from pathlib import Path

import pytest

from rosearch.core.errors import ConfigError, TaskError
from rosearch.core.events import Event, Notice
from rosearch.data.rotten_tomatoes import RottenTomatoes
from rosearch.data.task import TaskSource


def write(path: Path, rows: list[tuple[str, str, str]]) -> Path:
    table = io.StringIO(newline="")
    csv.writer(table).writerows([("category", "text", "movie_name"), *rows])
    content = table.getvalue().encode()
    path.write_bytes(bz2.compress(content) if path.suffix == ".bz2" else content)
    return path


def film_rows(films: int) -> list[tuple[str, str, str]]:
    categories = ("fresh", "rotten", "fresh", "plot")
    return [
        (category, f"sentence {place} about film {film}", f"film_{film}")
        for film in range(films)
        for place, category in enumerate(categories)
    ]


@pytest.mark.parametrize("name", ["copy.csv.bz2", "copy.csv"])
def test_sentences_about_one_film_stay_in_one_split(tmp_path: Path, name: str) -> None:
    task = RottenTomatoes(path=write(tmp_path / name, film_rows(100))).load()
    films = [{text.split()[-1] for text in split.texts} for split in (task.train, task.dev, task.test)]
    assert sum(map(len, films)) == len(set.union(*films)) == 100
    assert len(task.train) + len(task.dev) + len(task.test) == 300
    assert task.label_names == ("rotten", "fresh")
    assert task.train.class_counts(2)[1] == 2 * task.train.class_counts(2)[0]


def test_sentences_are_cleaned_and_repeats_left_out(tmp_path: Path) -> None:
    extra = [("fresh", " Rock &amp;\n roll ", "film_7"), ("fresh", "rock & Roll", "film_8"), ("fresh", " ", "film_9")]
    heard: list[Event] = []
    source = TaskSource.from_config(
        {"kind": "rotten_tomatoes", "path": str(write(tmp_path / "copy.csv", film_rows(60) + extra))}
    )
    task = source.load(heard.append)
    every = [*task.train.texts, *task.dev.texts, *task.test.texts]
    assert "Rock & roll" in every
    assert len(every) == 181
    assert heard == [Notice(text="1 texts repeat an earlier one and were left out.")]
    assert "1 repeated" in task.provenance


def test_caps_give_nested_subsets(tmp_path: Path) -> None:
    path = write(tmp_path / "copy.csv", film_rows(100))
    small, large = (RottenTomatoes(path=path, max_train=count, max_dev=9, max_test=8).load() for count in (20, 40))
    assert [len(small.train), len(large.train), len(small.dev), len(small.test)] == [20, 40, 9, 8]
    assert set(small.train.texts) < set(large.train.texts)
    with pytest.raises(ConfigError, match="must be at least 1"):
        TaskSource.from_config({"kind": "rotten_tomatoes", "max_test": 0})


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("text,label\na,b\n", encoding="utf-8")
    with pytest.raises(TaskError, match=r"other\.csv: is not rotten_tomatoes_corpus_full"):
        RottenTomatoes(path=tmp_path / "other.csv").load()
    with pytest.raises(TaskError, match=r"none\.csv\.bz2: cannot be read"):
        RottenTomatoes(path=tmp_path / "none.csv.bz2").load()
    (tmp_path / "broken.csv.bz2").write_bytes(b"no bz2 file")
    with pytest.raises(TaskError, match=r"broken\.csv\.bz2: cannot be read"):
        RottenTomatoes(path=tmp_path / "broken.csv.bz2").load()
