from collections.abc import Callable
from dataclasses import replace

import pytest

from rosearch.executors.serial import Serial
from rosearch.search.study import Study
from rosearch.search.verification import verify
from rosearch.store.journal import Journal
from rosearch.store.records import Trial
from rosearch.testing.instant_study import ShuffledExecutor


def rewrite(study: Study, change: Callable[[Trial], Trial | None]) -> None:
    """Writes the journal anew, with valid checksums, and other trials in it."""
    entries = study.directory.entries
    study.directory.journal_path.unlink()
    with Journal.open(study.directory.journal_path) as journal:
        for entry in entries:
            if entry.kind != "trial":
                journal.append(entry.kind, entry.data)
            elif (trial := change(Trial.from_record(entry.data))) is not None:
                journal.append("trial", trial.to_record())


@pytest.mark.usefixtures("bench")
class TestVerify:
    def test_nothing_differs_in_a_run_that_was_left_alone(self, make: Callable) -> None:
        for name, executor in (("serial", Serial()), ("shuffled", ShuffledExecutor())):
            study = make(name, executor=executor)
            study.run()
            found = verify(study)
            assert found.faults == ()
            assert found.proposals == 10
            assert found.records == len(study.directory.entries)

    def test_names_a_proposal_that_does_not_follow(self, make: Callable) -> None:
        study = make()
        study.run()
        other = study.trials[0].proposal.architecture

        def change(trial: Trial) -> Trial:
            swapped = replace(trial.proposal, architecture=other)
            return replace(trial, proposal=swapped) if trial.index == 9 else trial

        rewrite(study, change)
        (fault,) = verify(study).faults
        assert fault.startswith("trial 9: the journal says")

    def test_notices_a_trial_that_was_taken_away(self, make: Callable) -> None:
        study = make()
        study.run()
        rewrite(study, lambda trial: None if trial.index == 2 else trial)
        assert any("not all on record" in fault for fault in verify(study).faults)

    def test_goes_by_the_recorded_hashes(self, make: Callable) -> None:
        study = make()
        study.run()
        rewrite(study, lambda trial: replace(trial, details={**trial.details, "files": {"weights": "0" * 64}}))
        assert sum("cannot be read" in fault for fault in verify(study).faults) == 10
