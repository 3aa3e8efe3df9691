"""Finals asked what fooled the others: on record once, equal after a kill, done anew with more finalists."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rosearch.attacks.result_table import read_results
from rosearch.core.events import Event, Notice
from rosearch.fitness.evaluation import Candidate, Evaluation
from rosearch.fitness.measurement import quoted
from rosearch.search.finals import final_folder
from rosearch.search.results import Results
from rosearch.search.study import Study
from rosearch.search.summary import final_rows
from rosearch.store.journal import Entry, read_journal
from rosearch.students.student import Student


@pytest.fixture
def run(toy_study: Path, tmp_path: Path) -> Path:
    return shutil.copytree(toy_study / "run", tmp_path / "run")


def attacked(results: Results) -> list[Evaluation]:
    return [item for item in results.finals if item.robustness and item.name != "majority class"]


def folder_of(study: Study, item: Evaluation) -> Path:
    candidate = Candidate(name=item.name, architecture=item.architecture, repeat=item.repeat)
    return final_folder(study.directory, candidate, study.results.trials)


def transfer_entries(run: Path) -> list[Any]:
    return [entry.data for entry in read_journal(run / "journal.jsonl").entries if entry.kind == "transfer"]


def examinations(study: Study) -> Iterator[tuple[Evaluation, dict[str, Any]]]:
    for item in attacked(study.results):
        for record in item.details["transfer"]["attacks"]:
            yield item, record


def test_every_attacked_model_is_asked_what_fooled_the_others(toy_study: Path) -> None:
    study = Study.open(toy_study / "run")
    assert len(attacked(study.results)) > 4
    majority = next(item for item in study.results.finals if item.name == "majority class")
    assert "transfer" not in majority.details
    found = list(examinations(study))
    assert any(0 < record["falls_to_transfer"] < record["n"] for _, record in found)
    for item, record in found:
        direct = quoted(item.robustness, record["attack"])
        assert record["score"] == direct.score["kind"]
        assert 1 - record["falls_directly"] / record["n"] == pytest.approx(direct.robust_accuracy)
        most = max(record["falls_directly"], record["falls_to_transfer"])
        assert most <= record["falls_to_either"] <= record["n"]


def test_a_students_own_answers_to_the_texts_decide(toy_study: Path) -> None:
    study = Study.open(toy_study / "run")
    item, record = [pair for pair in examinations(study) if pair[0].architecture][-1]
    name = f"{record['attack']}-%s.parquet"
    student = Student.from_pretrained(folder_of(study, item) / "student")
    lost = set()
    for result in read_results(folder_of(study, item) / "attacks" / (name % record["score"])):
        texts = [result.original]
        for other in attacked(study.results):
            score = quoted(other.robustness, record["attack"]).score["kind"]
            if other != item:
                outcomes = read_results(folder_of(study, other) / "attacks" / (name % score))
                texts += [
                    found.adversarial
                    for found in outcomes
                    if found.example_id == result.example_id and found.status == "success"
                ]
        if (student.logits(texts).argmax(axis=1) != result.label).any():
            lost.add(result.example_id)
    assert len(lost) == record["falls_to_transfer"]


def test_a_summary_tells_the_share_that_nothing_moves(toy_study: Path) -> None:
    results = Study.open(toy_study / "run").results
    for row, group in zip(final_rows(results), results.final_groups, strict=True):
        for recipe, figure in row.robust.items():
            if row.name == "majority class":
                assert figure.with_transfer is None
                continue
            shares = [
                record["robust_accuracy_with_transfer"]
                for item in group
                for record in item.details["transfer"]["attacks"]
                if record["attack"] == recipe
            ]
            assert figure.with_transfer is not None
            value, low, high = figure.with_transfer
            assert value == pytest.approx(sum(shares) / len(group))
            assert low <= value <= min(high, figure.value + 1e-9)


def test_a_resumed_search_asks_only_those_that_are_not_on_record(run: Path) -> None:
    before = transfer_entries(run)
    journal = run / "journal.jsonl"
    kinds = [entry.kind for entry in read_journal(journal).entries]
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[: kinds.index("transfer") + 3]))
    assert len(transfer_entries(run)) < len(before)
    Study.open(run).run()
    assert transfer_entries(run) == before


def test_more_finalists_are_asked_and_all_others_anew(run: Path) -> None:
    """A model whose files are gone by then is asked nothing and keeps its record."""
    study = Study.open(run)
    before = study.results
    gone = next(item for item in before.finals if item.name == "bag of embeddings")
    shutil.rmtree(folder_of(study, gone))
    search = replace(study.configuration.search, finalists=3)
    heard: list[Event] = []
    results = Study.from_configuration(replace(study.configuration, search=search), run).run(listener=heard.append)
    (notice,) = [event.text for event in heard if isinstance(event, Notice) and "files are gone" in event.text]
    assert "bag of embeddings, seed 0" in notice
    assert len(attacked(results)) == len(attacked(before)) + 2
    named = {(item.name, item.repeat): item.details["transfer"]["among"] for item in attacked(results)}
    assert named.pop((gone.name, 0)) == gone.details["transfer"]["among"]
    (among,) = set(named.values())
    assert among != gone.details["transfer"]["among"]


def test_a_record_takes_the_place_of_an_earlier_one_with_its_flags(toy_study: Path) -> None:
    results = Study.open(toy_study / "run").results
    item = attacked(results)[-1]
    flags = [{"name": name, "value": 0.5, "limit": 0.03, "recipe": "pwws"} for name in ("flat_scores", "transfer_wins")]
    results = replace(results, finals=(replace(item, details={"flags": flags[:1]}),))
    found = []
    for raised in (flags[1:], flags[1:], []):
        assert item.architecture is not None
        data = {"name": item.name, "architecture_id": item.architecture.architecture_id, "repeat": item.repeat}
        data |= {"among": "all", "attacks": [{"attack": "pwws", "flags": raised}]}
        results = results.plus(Entry(number=1, kind="transfer", data=data))
        found.append([flag["name"] for flag in results.finals[0].details["flags"]])
    assert found == [["flat_scores", "transfer_wins"], ["flat_scores", "transfer_wins"], ["flat_scores"]]
