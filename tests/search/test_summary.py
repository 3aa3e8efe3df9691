"""What is said of finalists: flags of the worst training, and differences text by text."""

from dataclasses import replace
from pathlib import Path

import pytest

from rosearch.attacks.flags import Flag
from rosearch.search.results import Results
from rosearch.search.study import Study
from rosearch.search.summary import final_rows


@pytest.fixture(scope="module")
def results(toy_study: Path) -> Results:
    return Study.open(toy_study / "run").results


def test_finalists_are_compared_with_the_uniform_transformer_alone(results: Results) -> None:
    rows = final_rows(results)
    for row in rows:
        assert set(row.against) == (set(row.robust) if row.trial is not None else set())
    rival = next(row for row in rows if row.name.startswith("Transformer"))
    for row in rows:
        for recipe, found in row.against.items():
            assert found.difference == pytest.approx(row.robust[recipe].value - rival.robust[recipe].value)
            assert found.low <= found.difference <= found.high
            assert found.n == row.robust[recipe].n


def test_a_flag_is_told_once_with_its_worst_figure(results: Results) -> None:
    raised = [Flag(name="over_confident", value=value, limit=0.99) for value in (0.992, 0.998)]
    other = Flag(name="flat_scores", value=0.5, limit=0.2, recipe="pwws")
    of_two = [item for item in results.finals if item.name == "bag of embeddings"]
    details = [{"flags": [flag.to_record()]} for flag in raised]
    details[0]["flags"].append(other.to_record())
    flagged = [replace(item, details=each) for item, each in zip(of_two, details, strict=True)]
    (row,) = final_rows(replace(results, finals=tuple(flagged)))
    assert row.flags == (raised[1].sentence, other.sentence)


def test_records_of_before_have_neither(results: Results) -> None:
    rows = final_rows(replace(results, finals=tuple(replace(item, details={}) for item in results.finals)))
    assert all(not row.flags and not row.against for row in rows)
