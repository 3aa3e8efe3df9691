"""`attack`: a student or a run, the user's texts or the run's own, recipes by name or as a table."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rosearch.search.study import Study


@pytest.fixture(scope="module")
def student(toy_study: Path) -> Path:
    return next((toy_study / "run" / "finalists").glob("*/0/student"))


@pytest.fixture
def pwws(toy_study: Path) -> str:
    return f'{{kind="pwws", lexicon={{kind="table", path="{toy_study}/lexicon.json"}}}}'


def test_a_run_gives_its_best_finalist_its_recipes_and_its_test_split(
    rosearch: Callable, toy_study: Path, run: Path
) -> None:
    answer = rosearch("attack", run, "--show", "1")
    assert answer.code == 0
    assert f"student  {run}/finalists/" in answer.out
    assert f"texts    test split of {run}: 60, of these 12 attacked; 60 more calibrate the student" in answer.out
    assert "pwws" in answer.out
    assert "deepwordbug" in answer.out
    assert "[95 %]" in answer.out
    assert "no limit" in answer.out
    assert "160" in answer.out
    assert "max_edit_distance 30" in answer.words
    assert f"table (path {toy_study}/lexicon.json)" in answer.words
    assert "seed 0" in answer.words
    assert answer.out.count("  - ") == answer.out.count("  + ") >= 1
    assert "…" not in answer.out
    final = next(row for row in Study.open(run).results.finals if f"-{row.name[:6]}" in answer.out and row.repeat == 0)
    assert f"right    {100 * final.metrics['accuracy']:.1f} %" in answer.out


def test_one_class_alone_may_be_attacked(rosearch: Callable, run: Path, pwws: str) -> None:
    arguments = ("attack", run, "--recipe", pwws, "--attacked-labels", "bad", "--false-positive-rate", "0.2")
    answer = rosearch(*arguments, "--show", "0")
    assert answer.code == 0
    assert "of these 12 of bad attacked" in answer.words
    assert "where at most 20 % of the others raise an alarm" in answer.words
    assert "right of all" in answer.words
    record = rosearch(*arguments, "--json").json
    assert record["attacked_labels"] == ["bad"]
    assert record["robustness"][0]["worst_class"] == 0
    assert record["metrics"]["robust_accuracy_all"] > record["metrics"]["robust_accuracy"]
    assert record["metrics"]["false_positive_rate"] == 0.2
    wrong = rosearch("attack", run, "--attacked-labels", "baad")
    assert wrong.code == 2
    assert "the task has no label 'baad'. Did you mean 'bad'?" in wrong.words


def test_a_run_gives_the_figures_of_its_record(rosearch: Callable, run: Path) -> None:
    record = rosearch("attack", run, "--json").json
    name = Path(record["student"]).parent.parent.name.partition("-")[2]
    final = next(item for item in Study.open(run).results.finals if item.name.startswith(name) and item.repeat == 0)
    assert record["robustness"] == [json.loads(json.dumps(item.to_record())) for item in final.robustness]


def test_an_encoder_that_is_the_students_teacher_is_noted(rosearch: Callable, student: Path, toy_study: Path) -> None:
    files = f'lexicon={{kind="table", path="{toy_study}/lexicon.json"}}'
    encoder = f'encoder={{kind="sentence-transformer", model="{toy_study}/teacher"}}'
    data = ("--data", toy_study / "test.tsv", "--examples", "2", "--show", "0")
    answer = rosearch("attack", student, *data, "--recipe", f'{{kind="textbugger", {files}, {encoder}}}')
    assert answer.code == 0
    assert "textbugger: the sentence encoder is the checkpoint that the teacher was made from." in answer.words
    other = rosearch("attack", student, *data, "--recipe", f'{{kind="textbugger", {files}, encoder="none"}}')
    assert other.code == 0
    assert "sentence encoder" not in other.words


def test_two_attacks_of_one_name_are_refused(rosearch: Callable, run: Path) -> None:
    answer = rosearch("attack", run, "--recipe", "deepwordbug", "--recipe", '{kind="deepwordbug", max_edit_distance=2}')
    assert answer.code == 2
    assert "--recipe: there are 2 attacks named 'deepwordbug'; figures go by name, leave one." in answer.words


def test_without_finalists_the_student_of_the_search_is_attacked(
    rosearch: Callable, cut_run: Callable, pwws: str
) -> None:
    run = cut_run(8)
    answer = rosearch("attack", run, "--recipe", pwws, "--examples", "4", "--show", "0")
    assert answer.code == 0
    # Finalists' folders are still there, as after a kill; the front decides.
    assert f"student  {run}/" in answer.out
    assert rosearch("attack", cut_run(0), "--recipe", pwws).code == 2


def test_a_students_folder_and_a_file(
    rosearch: Callable, student: Path, toy_study: Path, tmp_path: Path, pwws: str
) -> None:
    arguments = (
        "--data",
        toy_study / "test.tsv",
        "--recipe",
        pwws,
        "--examples",
        "10",
        "--budget",
        "30",
        "--budget",
        "5",
    )
    answer = rosearch("attack", student, *arguments, "--out", tmp_path / "out")
    assert answer.code == 0
    assert f"texts    {toy_study}/test.tsv: " in answer.out
    assert "of these 10 attacked" in answer.out
    assert "deepwordbug" not in answer.out
    tables = {path.name for path in (tmp_path / "out").glob("*.parquet")}
    assert tables == {"pwws-margin.parquet", "pwws-probability.parquet"}
    record = rosearch("attack", student, *arguments, "--json").json
    assert list(record["robustness"][0]["budget_curve"]) == ["5", "30"]
    assert [item["score"]["kind"] for item in record["robustness"]] == ["margin", "probability"]
    assert all(item["n"] == 10 and len(item["interval"]) == 2 for item in record["robustness"])
    assert record["texts"] == str(toy_study / "test.tsv")


def test_the_users_names_for_fields_and_labels(rosearch: Callable, student: Path, tmp_path: Path, pwws: str) -> None:
    rows = [("A great movie .", 1), ("A dull story .", 0), ("The plot was bad .", 0), ("A fine cast .", 1)] * 2
    data = tmp_path / "mine.jsonl"
    data.write_text("".join(json.dumps({"sentence": text, "y": label}) + "\n" for text, label in rows))
    arguments = ("--data", data, "--recipe", pwws, "--text", "sentence", "--label", "y")
    answer = rosearch("attack", student, *arguments, "--labels", "0,1")
    assert answer.code == 0
    answer = rosearch("attack", student, *arguments)
    assert answer.code == 2
    assert f"{data}:1: label '1' is not one of bad, good." in answer.err
    assert "--labels A,B" in answer.err
    answer = rosearch("attack", student, *arguments, "--labels", "0,1,2")
    assert (answer.code, "the student has the classes bad, good" in answer.err) == (2, True)


def test_rows_that_do_not_fit_are_left_out_where_that_is_asked_for(
    rosearch: Callable, student: Path, tmp_path: Path, pwws: str
) -> None:
    rows = ["A great movie .,good", "A dull story .,bad", "The plot was bad .,bad", "A fine cast .,good"] * 2
    data = tmp_path / "mine.csv"
    data.write_text("\n".join(["text,label", *rows, ",good", "A film .,so-so"]) + "\n")
    arguments = ("attack", student, "--data", data, "--recipe", pwws, "--show", "0")
    answer = rosearch(*arguments)
    assert answer.code == 2
    assert f"{data}:10: the text is empty." in answer.err
    assert f"{data}:11: label 'so-so' is not one of bad, good." in answer.err
    assert "2 rows do not fit. Mend such rows, leave them out with --skip-bad-rows, or say" in answer.words
    answer = rosearch(*arguments, "--skip-bad-rows", "--json")
    assert answer.code == 0
    assert "2 rows that do not fit were left out, such as:" in answer.err
    assert answer.json["bad_rows"]["count"] == 2


def test_texts_that_the_student_reads_in_part_are_counted(
    rosearch: Callable, student: Path, tmp_path: Path, pwws: str
) -> None:
    rows = ["A great movie .,good", "A dull story .,bad", "The plot was bad .,bad", f"{'A fine cast . ' * 20},good"] * 4
    (tmp_path / "mine.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    arguments = ("attack", student, "--data", tmp_path / "mine.csv", "--recipe", pwws, "--show", "0")
    record = rosearch(*arguments, "--json").json
    assert record["truncated"] > 0
    assert f"{record['truncated']} are cut to 32 word pieces" in rosearch(*arguments).out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "a student's folder holds no texts. Give labelled text with --data FILE."),
        (["--data", "nowhere.tsv"], "nowhere.tsv: cannot be read: No such file"),
        (["--data", "nowhere.xlsx"], "unknown kind of file"),
        (["--recipe", "pws"], "--recipe: unknown attack kind 'pws'. Did you mean 'pwws'?"),
        (["--recipe", '{kind="pwws", compat="x"}'], "--recipe: compat: Input should be 'textattack'"),
        (["--data", "{test}", "--text", "txet"], "no column 'txet'. Did you mean 'text'?"),
        (["--data", "{test}", "--text", "a", "--text", "b", "--text", "c"], "--text names 3 fields"),
        (["--data", "{bad}"], "no row has the label 'good'. Give some rows of each class."),
    ],
)
def test_what_is_wrong_is_named(
    rosearch: Callable, student: Path, toy_study: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "bad.tsv").write_text("text\tlabel\nA dull story .\tbad\n")
    paths = {"{test}": str(toy_study / "test.tsv"), "{bad}": str(tmp_path / "bad.tsv")}
    answer = rosearch("attack", student, *(paths.get(argument, argument) for argument in arguments))
    assert answer.code == 2
    assert answer.out == ""
    assert message in answer.err
    assert "Traceback" not in answer.err


def test_a_folder_that_is_neither_student_nor_run(rosearch: Callable, tmp_path: Path) -> None:
    answer = rosearch("attack", tmp_path)
    assert answer.code == 2
    assert "neither a student's folder (it has no student.json) nor a run directory" in answer.err


def test_a_folder_of_outcomes_is_gone_on_with(
    rosearch: Callable, student: Path, toy_study: Path, tmp_path: Path, pwws: str
) -> None:
    out = tmp_path / "out"
    arguments = ("attack", student, "--data", toy_study / "test.tsv", "--recipe", pwws, "--out", out, "--show", "0")
    first = rosearch(*arguments, "--examples", "5")
    assert first.code == 0
    log = next(out.glob("outcomes-*.jsonl"))
    lines = log.read_text().splitlines()
    # Margin and calibrated probability; and for the flags, random order and the model's own confidence.
    assert len(lines) == 4 * 5
    assert rosearch(*arguments, "--examples", "5").out == first.out
    assert log.read_text().splitlines() == lines
    assert rosearch(*arguments, "--examples", "8").code == 0
    assert log.read_text().splitlines()[: len(lines)] == lines
    assert {path.name for path in out.glob("*.parquet")} == {"pwws-margin.parquet", "pwws-probability.parquet"}


def test_a_page_shows_every_text(rosearch: Callable, student: Path, toy_study: Path, tmp_path: Path, pwws: str) -> None:
    page = tmp_path / "page.html"
    arguments = ("--data", toy_study / "test.tsv", "--recipe", pwws, "--examples", "6", "--html", page)
    answer = rosearch("attack", student, *arguments)
    assert answer.code == 0
    assert f"page     {page}" in answer.out
    assert page.read_text().count("<article>") == 2 * 6


def test_a_function_of_the_users_own(
    rosearch: Callable, toy_study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shop_model.py").write_text(
        "def classify(texts):\n"
        "    good = [sum(word in text for word in ('good', 'fine', 'great')) for text in texts]\n"
        "    return [[0.8, 0.2] if not found else [0.3, 0.7] for found in good]\n"
    )
    monkeypatch.chdir(tmp_path)
    labels = ",".join(
        sorted({line.rsplit("\t", 1)[1] for line in (toy_study / "test.tsv").read_text().splitlines()[1:]})
    )
    arguments = ("--data", toy_study / "test.tsv", "--recipe", "deepwordbug", "--examples", "6")
    answer = rosearch("attack", "shop_model:classify", *arguments, "--labels", labels)
    assert answer.code == 0
    assert "student  shop_model:classify" in answer.out
    assert rosearch("attack", "shop_model:classify", *arguments).code == 2
    assert rosearch("attack", "shop_model:missing", *arguments, "--labels", labels).code == 2


def test_a_hugging_face_classifier(rosearch: Callable, toy_study: Path, run: Path) -> None:
    folder = run / "teacher" / "model"
    if not folder.is_dir():
        folder = Path(Study.open(run).configuration.to_config()["teacher"]["model"])
    arguments = ("--data", toy_study / "test.tsv", "--recipe", "deepwordbug", "--examples", "4", "--show", "0")
    answer = rosearch("attack", folder, *arguments)
    assert answer.code == 0
    assert "right    " in answer.out


def test_a_model_behind_a_mending_of_its_input(rosearch: Callable, student: Path, toy_study: Path) -> None:
    arguments = ("--data", toy_study / "test.tsv", "--recipe", "deepwordbug", "--examples", "10", "--json")
    bare = rosearch("attack", student, *arguments).json
    mended = rosearch("attack", student, *arguments, "--normalise").json
    assert mended["metrics"]["robust_accuracy"] >= bare["metrics"]["robust_accuracy"]
    assert mended["metrics"]["attack_queries"] != bare["metrics"]["attack_queries"]


def test_a_folder_that_is_no_classifier_is_said_to_be_none(rosearch: Callable, toy_study: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "of-no-kind"}')
    answer = rosearch("attack", tmp_path, "--data", toy_study / "test.tsv")
    assert answer.code == 2
    assert "cannot be loaded as a text classifier" in answer.words
