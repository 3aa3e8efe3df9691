"""A search whose teacher is a file of logits, from end to end; the logits are those of a real, tiny teacher."""

from collections.abc import Callable
from pathlib import Path

import polars
import pytest

from rosearch.data.task import Task
from rosearch.search.study import Study
from rosearch.search.summary import final_rows
from rosearch.teachers.teacher import PreparedTeacher

# Of six students from this seed, some are as good as the bag of embeddings, which finalists have to be.
SETTINGS = ("seed=1", "search.finalists=1", "search.repeats=1", "fitness.share=1.0")
FEW = ("--trials", 6, *(f"--set={each}" for each in SETTINGS))


@pytest.fixture(scope="module")
def answers(toy_study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the fine-tuned toy teacher says of the toy task's texts, with the answers to test last."""
    task: Task = Study.open(toy_study / "run").configuration.task.load()
    texts = [*task.train.texts, *task.dev.texts, *task.test.texts]
    logits = PreparedTeacher.open(toy_study / "run" / "teacher").model().logits(texts)
    columns = dict(zip(task.label_names, logits.T.tolist(), strict=True))
    path = tmp_path_factory.mktemp("answers") / "answers.csv"
    polars.DataFrame({"text": texts} | columns).write_csv(path)
    return path


@pytest.fixture
def search(rosearch: Callable, toy_study: Path, answers: Path, tmp_path: Path) -> Callable:
    def search(*more: str, path: Path = answers) -> object:
        teacher = ("teacher.kind=logits", f"teacher.path={path}", f"teacher.embeddings={toy_study / 'teacher'}")
        settings = [part for name in (*teacher, "teacher.max_length=32") for part in ("--set", name)]
        return rosearch("search", toy_study / "toy.toml", "--run", tmp_path / "run", *settings, *FEW, *more)

    return search


def test_a_search_from_a_file_of_logits(rosearch: Callable, search: Callable, tmp_path: Path) -> None:
    done = search()
    assert done.code == 0, done.err
    assert "teacher: accuracy" in done.words
    assert "not attacked" in done.words
    assert "a file of answers, which cannot be attacked" in done.words
    run = tmp_path / "run"
    study = Study.open(run)
    (teacher,) = [row for row in final_rows(study.results) if row.name == "teacher"]
    assert teacher.accuracy > 0.9
    assert not teacher.robust
    assert all(row.close_to_teacher is not None for row in final_rows(study.results))
    assert max(row.accuracy for row in final_rows(study.results) if row.trial is not None) > 0.8
    assert "everything was done before" in search().err
    for command in ("status", "show", "verify"):
        assert rosearch(command, run).code == 0
    assert rosearch("status", run, "--json").json["finals"][1]["robust"] == {}
    attacked = rosearch("attack", run, "--examples", 4, "--budget", 10)
    assert attacked.code == 0, attacked.err
    exported = rosearch("export", run, "--to", "huggingface", "--out", tmp_path / "exported")
    assert exported.code == 0, exported.words
    assert "| teacher |" in (tmp_path / "exported" / "README.md").read_text(encoding="utf-8")


def test_without_answers_to_test_the_teacher_has_no_row(search: Callable, answers: Path, tmp_path: Path) -> None:
    lines = answers.read_text(encoding="utf-8").splitlines(keepends=True)
    few = tmp_path / "few.csv"
    few.write_text("".join(lines[:-60]), encoding="utf-8")
    done = search(path=few)
    assert done.code == 0, done.err
    assert "lacks answers to 60 of 60 test texts: it has no row in the finals" in done.words
    assert not [row for row in final_rows(Study.open(tmp_path / "run").results) if row.name == "teacher"]


def test_what_a_file_cannot_give_is_refused_before_any_work(search: Callable, answers: Path, tmp_path: Path) -> None:
    states = search("--set", "fitness.scheme.pooled_states=0.5")
    assert states.code == 2
    assert "[fitness.scheme] pooled_states: this teacher gives logits and no states" in states.words
    lines = answers.read_text(encoding="utf-8").splitlines(keepends=True)
    few = tmp_path / "few.csv"
    few.write_text("".join([lines[0], *lines[11:]]), encoding="utf-8")
    for more in ((), ("--dry-run",)):
        missing = search(*more, path=few)
        assert missing.code == 2
        assert "has no answer to 10 of 240 train texts, such as:" in missing.words
    assert not (tmp_path / "run").exists()


def test_changed_answers_are_refused(search: Callable, answers: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text(answers.read_text(encoding="utf-8"), encoding="utf-8")
    assert search("--set", "search.finalists=0", path=own).code == 0
    own.write_text(own.read_text(encoding="utf-8").rstrip("\n") + "1\n", encoding="utf-8")
    changed = search("--set", "search.finalists=0", path=own)
    assert changed.code == 2
    assert "teacher: its content," in changed.words
