"""`attack --transfer`: what fooled one model is asked of another, beside the attack on it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rosearch.attacks.result_table import read_results, write_results
from rosearch.cli.tables import transfer_table
from rosearch.search.study import Study
from rosearch.search.summary import final_rows


@pytest.fixture(scope="module")
def student(toy_study: Path) -> Path:
    return next((toy_study / "run" / "finalists").glob("*/0/student"))


@pytest.fixture
def masked(student: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The student as a function that shows its answer and nothing of how near another one is."""
    module = f"""
        import numpy as np
        from rosearch.students.student import Student

        STUDENT = Student.from_pretrained({str(student)!r})

        def masked(texts):
            return np.eye(2)[STUDENT.logits(texts).argmax(axis=1)] * 2 - 1
        """
    (tmp_path / "hidden_scores.py").write_text("\n".join(line[8:] for line in module.splitlines()))
    monkeypatch.chdir(tmp_path)
    return "hidden_scores:masked"


@pytest.fixture
def attack(rosearch: Callable, toy_study: Path) -> Callable[..., Any]:
    def attack(model: object, *more: object, examples: int = 60) -> Any:
        data = ("--data", toy_study / "test.tsv", "--examples", examples, "--show", 0)
        return rosearch("attack", model, *data, "--recipe", "deepwordbug", *more)

    return attack


def test_a_masked_student_falls_to_the_texts_of_the_open_one_and_is_flagged(
    attack: Callable, student: Path, masked: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert attack(student, "--out", out).code == 0
    arguments = (masked, "--labels", "bad,good", "--transfer", out)
    record = attack(*arguments, "--json").json
    (figures,) = record["transfer"]
    fooled = {
        result.example_id
        for score in ("margin", "probability")
        for result in read_results(out / f"deepwordbug-{score}.parquet")
        if not result.robust
    }
    assert figures["attack"] == "deepwordbug"
    assert figures["falls_to_transfer"] == len(fooled) > figures["falls_directly"]
    assert figures["falls_to_either"] >= figures["falls_to_transfer"]
    alone = [item["robust_accuracy"] for item in record["robustness"]]
    assert (
        figures["robust_accuracy_with_transfer"]
        < min(alone)
        == pytest.approx(1 - figures["falls_directly"] / figures["n"])
    )
    raised = [flag["name"] for flag in record["flags"]]
    assert raised.count("transfer_wins") == 1
    shown = attack(*arguments)
    assert "Right under the attack, and under texts that fooled other models" in shown.words
    assert f"{100 * figures['robust_accuracy_with_transfer']:.1f} [" in shown.out
    assert "points more fall to texts that fooled other models than to deepwordbug" in shown.words


def test_several_folders_are_asked_and_texts_matched_whatever_their_ids(
    attack: Callable, student: Path, tmp_path: Path
) -> None:
    assert attack(student, "--out", tmp_path / "one", examples=8).code == 0
    results = read_results(tmp_path / "one" / "deepwordbug-margin.parquet")
    strange = [replace(result, example_id=f"other-{at}") for at, result in enumerate(results[:4])]
    write_results(tmp_path / "two" / "deepwordbug-margin.parquet", strange)
    found = {}
    for folders in (["one"], ["two"], ["two", "one"]):
        given = [argument for name in folders for argument in ("--transfer", tmp_path / name)]
        (found[len(folders), folders[0]],) = attack(student, *given, "--json", examples=8).json["transfer"]
    assert found[2, "two"] == found[1, "one"]
    lost = sum(result.status == "success" for result in results[:4])
    assert found[1, "two"]["with_texts"] == lost
    wrong = sum(result.status == "skipped" for result in results)
    assert found[1, "two"]["falls_to_transfer"] == lost + wrong


def test_without_transfer_nothing_is_said_of_it(attack: Callable, student: Path) -> None:
    assert attack(student, "--json", examples=4).json["transfer"] == []
    assert "other models" not in attack(student, examples=4).words


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing", "holds no outcomes of an attack (*-margin.parquet)"),
        ("pwws-margin.parquet", "holds outcomes of pwws, and none of deepwordbug"),
        ("deepwordbug-margin.parquet", "none of its texts is among the 3 that are to be attacked"),
        ("deepwordbug-probability.parquet", "cannot be read as outcomes of an attack"),
    ],
)
def test_what_is_no_attack_on_these_texts_is_refused_before_any_begins(
    attack: Callable, student: Path, tmp_path: Path, name: str, message: str
) -> None:
    (folder := tmp_path / "other").mkdir()
    measured = read_results(student.parent / "attacks" / "deepwordbug-margin.parquet")
    if name.endswith("-margin.parquet"):
        write_results(folder / name, [replace(result, original="Another text .") for result in measured])
    elif name != "nothing":
        (folder / name).write_bytes(b"PAR1 and no more")
    answer = attack(student, "--transfer", folder, "--out", tmp_path / "out", examples=3)
    assert answer.code == 2
    assert answer.out == ""
    assert message in answer.words
    assert f"--transfer {folder}" in answer.words
    assert "Traceback" not in answer.words
    assert not any(path.stat().st_size for path in (tmp_path / "out").glob("outcomes-*"))


def test_finals_have_a_table_of_it_only_where_more_falls(rosearch: Callable, toy_study: Path) -> None:
    rows = final_rows(Study.open(toy_study / "run").results)
    assert any(
        figure.with_transfer and figure.with_transfer[0] < figure.value
        for row in rows
        for figure in row.robust.values()
    )
    answer = rosearch("status", toy_study / "run")
    assert "right under the attack and all that fooled other models, in %" in answer.words
    for union in ((1.0, 0.9, 1.0), None):
        equal = [
            replace(row, robust={name: replace(figure, with_transfer=union) for name, figure in row.robust.items()})
            for row in rows
        ]
        assert transfer_table(equal) is None
    table = transfer_table(rows, ["bad"])
    assert table is not None
    assert "texts of bad: right" in str(table.title)
    assert table.row_count == len(rows) - 1
