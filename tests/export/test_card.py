"""Cards: what is recorded is quoted whole, what is not is said to be unknown, and the hub can read it."""

import re
from pathlib import Path

import pytest
from huggingface_hub import EvalResult, ModelCard

from rosearch.export.card import write_card
from rosearch.export.history import without_folders
from rosearch.export.origin import Origin
from rosearch.fitness.measurement import quoted
from rosearch.search.study import Study


def card_of(origin: Origin, folder: Path) -> ModelCard:
    write_card(folder, origin, usage="use(it)", library="transformers")
    return ModelCard.load(folder / "README.md")


@pytest.fixture(scope="module")
def study(toy_study: Path) -> Study:
    return Study.open(toy_study / "run")


def test_a_finalists_card_quotes_its_record(study: Study, tmp_path: Path) -> None:
    origin = Origin.find(study.directory.path)
    card = card_of(origin, tmp_path)
    assert origin.trial is not None
    (final,) = [
        row for row in study.results.finals if (row.name, row.repeat) == (origin.trial.architecture.architecture_id, 0)
    ]
    for kind in ("pwws", "deepwordbug"):
        record = quoted(final.robustness, kind)
        low, high = (f"{100 * end:.1f}" for end in record.interval)
        row = next(line for line in card.text.splitlines() if line.startswith(f"| {kind}"))
        assert f"**{100 * record.robust_accuracy:.1f} %** [{low}, {high}] | 12 |" in row
        assert f"{100 * record.worst_class_accuracy:.1f} % {('bad', 'good')[record.worst_class]}" in row
        assert ("unseen in the search" in row) == (kind == "deepwordbug")
        curve = [line for line in card.text.splitlines() if line.startswith(f"| {kind} |")][-1]
        assert curve.count("|") == 8
    assert f"**{100 * final.metrics['accuracy']:.1f} %**" in card.text
    assert f"training id `{final.training_id}`" in card.text
    for part in (
        "times as many",
        "majority class",
        "## Limits",
        "## Licences",
        "8 trials in",
        "rosearch search search.toml",
    ):
        assert part in card.text
    assert str(study.directory.path.parent) not in card.content
    assert (tmp_path / "architecture.svg").read_text().startswith("<svg")


def test_the_hub_reads_the_figures(study: Study, tmp_path: Path) -> None:
    data = card_of(Origin.find(study.directory.path), tmp_path).data
    assert data.pipeline_tag == "text-classification"
    assert data.library_name == "transformers"
    results = {result.metric_name: result for result in data.eval_results}
    assert set(results) == {
        "Accuracy",
        "Balanced accuracy",
        "Accuracy under attack by pwws",
        "Accuracy under attack by deepwordbug",
    }
    for result in results.values():
        assert isinstance(result, EvalResult)
        assert 0 <= result.metric_value <= 1
        assert result.task_type == "text-classification"
        assert result.dataset_split == "test"
    assert results["Accuracy under attack by pwws"].metric_args["n"] == 12


def test_a_searched_trial_is_quoted_on_dev_with_a_warning_and_without_a_model_index(
    study: Study, tmp_path: Path
) -> None:
    trial = study.results.front[0]
    origin = Origin(folder=Origin.find(study.directory.path).folder, study=study, trial=trial, finalist=False)
    card = card_of(origin, tmp_path)
    assert "which the search has seen" in card.text
    assert f"**{100 * trial.accuracy:.1f} %**" in card.text
    assert "| pwws |" in card.text
    assert card.data.eval_results is None
    assert "majority class" not in card.text


def test_a_student_by_itself_says_what_is_not_known(study: Study, tmp_path: Path) -> None:
    folder = Origin.find(study.directory.path).folder
    card = card_of(Origin(folder=folder), tmp_path)
    assert card.text.lower().count("not known") >= 3
    assert "not recorded" in card.text
    assert "%" not in card.text
    assert card.data.eval_results is None
    assert "bad / good" in card.text
    assert "use(it)" in card.text


def test_tables_have_as_many_columns_as_their_heads(study: Study, tmp_path: Path) -> None:
    lines = card_of(Origin.find(study.directory.path), tmp_path).text.splitlines()
    heads = [number for number, line in enumerate(lines) if re.fullmatch(r"\|(---\|)+", line)]
    assert len(heads) == 3
    for head in heads:
        columns = lines[head].count("|")
        body = [line for line in lines[head - 1 :] if line.startswith("|") or not line]
        for line in body[: body.index("")]:
            assert line.count("|") == columns, line


def test_folders_are_left_out_of_configurations() -> None:
    data = {"path": "/home/me/secret/train.csv", "kind": "files", "parts": ["a/b", "/x/y"], "n": 3}
    assert without_folders(data) == {"path": "train.csv", "kind": "files", "parts": ["a/b", "y"], "n": 3}
