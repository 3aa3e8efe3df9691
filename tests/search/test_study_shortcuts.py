"""A real search whose trials build on earlier ones, by shortcuts and inherited texts: on those their proposals saw."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rosearch.attacks.result_table import read_results
from rosearch.core.events import Event
from rosearch.core.files import read_json
from rosearch.executors.processes import Processes
from rosearch.fitness.precedents import LEFT
from rosearch.search.configuration import Configuration
from rosearch.search.events import TrialRecorded
from rosearch.search.precedents import precedents_of
from rosearch.search.study import Study
from rosearch.testing.wall_times import without_wall_times

SHORTCUTS = '[{kind = "cheap_order"}, {kind = "transfer", sources = "all"}, {kind = "racing", portion = 5}]'
SCHEME = (
    '{kind = "robust", schedule = {epochs = 4, learning_rate = 1e-2, batch_size = 16}, '
    'adversaries = [{kind = "inherited_texts", texts = 40, attacks = ["deepwordbug"]}]}'
)
TRIALS = 8


def trials(study: Study) -> list[str]:
    return [json.dumps(without_wall_times(trial.to_record()), sort_keys=True) for trial in study.trials]


@pytest.fixture(scope="module")
def configuration(toy_study: Path) -> Configuration:
    overrides = [f"search.trials={TRIALS}", "search.finalists=0", f"fitness.shortcuts={SHORTCUTS}"]
    overrides += [f"fitness.scheme={SCHEME}", "fitness.unseen=[]", "strategy.population=2", "strategy.immigrants=0.2"]
    return Configuration.read(toy_study / "toy.toml", overrides=overrides)


@pytest.fixture(scope="module")
def whole(configuration: Configuration, tmp_path_factory: pytest.TempPathFactory) -> Study:
    study = Study.from_configuration(configuration, tmp_path_factory.mktemp("runs") / "whole")
    study.run()
    return study


def test_each_trial_builds_on_those_that_its_proposal_saw(whole: Study) -> None:
    window = whole.configuration.search.window
    for trial in whole.trials:
        account = trial.details["shortcuts"]["transfer"]
        assert sorted(account["from"]) == list(range(max(0, trial.index - window + 1)))
        attacks = whole.directory.trial_path(trial.proposal) / "attacks"
        for name, fallen in account["fallen"].items():
            assert fallen == sum(result.transferred for result in read_results(attacks / f"{name}.parquet"))
    attacked = [trial.details["shortcuts"]["racing"]["attacked"] for trial in whole.trials]
    assert [trial.metric("examples") for trial in whole.trials] == attacked
    assert min(attacked) < max(attacked) == whole.configuration.fitness.dev_examples
    assert sum(sum(trial.details["shortcuts"]["transfer"]["fallen"].values()) for trial in whole.trials) > 0


def test_children_learn_what_their_parents_left(whole: Study) -> None:
    left = {}
    for trial in whole.trials:
        path = whole.directory.trial_path(trial.proposal) / LEFT
        left[trial.index] = set(read_json(path)) if path.is_file() else set()
        assert len(left[trial.index]) == trial.details["training"].get("left", 0)
    heirs = 0
    for trial in whole.trials:
        rows = set().union(*(left[parent] for parent in trial.proposal.parents))
        heirs += bool(rows)
        orphan = replace(trial.proposal, parents=())
        precedents = [
            precedents_of(proposal, whole.trials[: trial.proposal.seen], whole.directory, reference=None)
            for proposal in (trial.proposal, orphan)
        ]
        assert [len(each.inherited()) for each in precedents] == [len(rows), 0]
    assert heirs


def test_a_search_in_parts_records_the_same(whole: Study, configuration: Configuration, tmp_path: Path) -> None:
    study = Study.from_configuration(configuration, tmp_path / "parts")
    runs = 0
    while not study.finished:
        recorded: list[Event] = []
        runs += 1

        def note(event: Event, recorded: list[Event] = recorded) -> None:
            recorded += [event] * isinstance(event, TrialRecorded)

        study.run(listener=note, stop=lambda recorded=recorded: len(recorded) == 2)
    assert runs > TRIALS // 2
    assert trials(study) == trials(whole)


def test_two_processes_record_the_same(whole: Study, tmp_path: Path) -> None:
    search = replace(whole.configuration.search, executor=Processes(workers=2))
    study = Study.from_configuration(replace(whole.configuration, search=search), tmp_path / "processes")
    study.run()
    assert trials(study) == trials(whole)
