import json
import math

import numpy as np
import pytest

from rosearch.core.errors import JournalError
from rosearch.core.rng import SeedTree
from rosearch.space.space import DagSpace
from rosearch.store.records import Objective, Proposal, Trial


@pytest.fixture(scope="module")
def proposal() -> Proposal:
    architecture = DagSpace.preset("tiny").sample(rng=SeedTree(0).generator())
    return Proposal(index=42, architecture=architecture, operator="add_input", parents=(3, 17), seen=35)


def trials(proposal: Proposal) -> list[Trial]:
    return [
        Trial(
            proposal=proposal,
            metrics={"robustness": 0.375, "parameters": 123456},
            violation=0.05,
            seconds=12.5,
            details={"budget_curve": [0.5, 0.25]},
        ),
        Trial(proposal=proposal, status="failed", error="loss is not finite at step 12"),
    ]


@pytest.mark.parametrize("which", [0, 1])
def test_records_survive_json(proposal: Proposal, which: int) -> None:
    trial = trials(proposal)[which]
    assert Trial.from_record(json.loads(json.dumps(trial.to_record()))) == trial


def test_metrics_of_numpy_become_plain(proposal: Proposal) -> None:
    trial = Trial(proposal=proposal, metrics={"flops": np.int64(10), "accuracy": np.float32(0.5)})  # type: ignore[dict-item]
    assert json.loads(json.dumps(trial.to_record()))["metrics"] == {"flops": 10.0, "accuracy": 0.5}


def test_a_later_change_by_the_caller_does_not_reach_the_trial(proposal: Proposal) -> None:
    metrics = {"accuracy": 0.5}
    trial = Trial(proposal=proposal, metrics=metrics)
    metrics["accuracy"] = 1.0
    assert trial.accuracy == 0.5


def test_only_a_finished_trial_within_the_constraints_is_feasible(proposal: Proposal) -> None:
    assert Trial(proposal=proposal).feasible
    assert not any(trial.feasible for trial in trials(proposal))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"metrics": {"accuracy": math.nan, "flops": math.inf, "loss": 1.0}}, "not so: accuracy, flops"),
        ({"violation": -0.1}, "violation"),
        ({"violation": math.inf}, "violation"),
        ({"status": "failed"}, "has an error"),
        ({"error": "why"}, "only a failed one"),
    ],
)
def test_an_impossible_trial_is_refused(proposal: Proposal, fields: dict, message: str) -> None:
    with pytest.raises(ValueError, match=rf"trial 42: .*{message}"):
        Trial(proposal=proposal, **fields)


def test_a_missing_metric_names_those_there_are(proposal: Proposal) -> None:
    with pytest.raises(KeyError, match=r"trial 42 \(done\) has no metric 'latency_ms'; it has: accuracy, flops"):
        Trial(proposal=proposal, metrics={"flops": 1.0, "accuracy": 0.5}).metric("latency_ms")


@pytest.mark.parametrize("field", ["proposal", "metrics", "error"])
def test_a_record_without_a_field_is_reported(proposal: Proposal, field: str) -> None:
    record = trials(proposal)[0].to_record()
    del record[field]
    with pytest.raises(JournalError, match=f"a trial lacks '{field}'"):
        Trial.from_record(record)


def test_an_architecture_under_another_id_is_reported(proposal: Proposal) -> None:
    record = {**proposal.to_record(), "architecture_id": "0" * 16}
    with pytest.raises(
        JournalError, match=f"recorded as {'0' * 16} and is now {proposal.architecture.architecture_id}"
    ):
        Proposal.from_record(record)


@pytest.mark.parametrize("epsilon", [-0.1, math.inf, math.nan])
def test_an_impossible_epsilon_is_refused(epsilon: float) -> None:
    with pytest.raises(ValueError, match="epsilon"):
        Objective(name="accuracy", direction="max", epsilon=epsilon)
