import os
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from rosearch.core.errors import ConfigError, InputError, JournalError, LockError
from rosearch.core.rng import SeedTree
from rosearch.space.space import DagSpace
from rosearch.store.records import Proposal, Trial
from rosearch.store.run_directory import TRIAL, RunDirectory

CONFIGURATION: dict[str, Any] = {
    "seed": 0,
    "search": {"trials": 10},
    "strategy": {"kind": "evolution", "population": 32},
    "teacher": {"revision": None},
}
FINGERPRINTS = {"task": "aaaa", "teacher": "bbbb"}


def given(**changes: Any) -> dict[str, Any]:
    return {"configuration": CONFIGURATION, "fingerprints": FINGERPRINTS, "provenance": {"torch": "2.13.0"}, **changes}


@pytest.fixture
def directory(tmp_path: Path) -> RunDirectory:
    return RunDirectory(tmp_path / "runs" / "mine")


def proposal(index: int) -> Proposal:
    architecture = DagSpace.preset("tiny").sample(rng=SeedTree(index).generator())
    return Proposal(index=index, architecture=architecture, operator="random")


def test_a_run_is_begun_once_and_resumed(directory: RunDirectory) -> None:
    with directory.writing(**given()) as journal:
        journal.append(TRIAL, Trial(proposal=proposal(0)).to_record())
    text = (directory.path / "run.toml").read_text()
    with directory.writing(**given(provenance={"torch": "2.14.0"})) as journal:
        assert len(journal.entries) == 1
        journal.append(TRIAL, Trial(proposal=proposal(1)).to_record())
    assert (directory.path / "run.toml").read_text() == text
    assert tomllib.loads(text)["strategy"] == CONFIGURATION["strategy"]
    assert directory.provenance == {"torch": "2.13.0", "fingerprints": FINGERPRINTS}
    assert RunDirectory.open(directory.path).trials == (Trial(proposal=proposal(0)), Trial(proposal=proposal(1)))


def test_trials_come_by_index_and_other_records_aside(directory: RunDirectory) -> None:
    with directory.writing(**given()) as journal:
        for index in (2, 0, 1):
            journal.append(TRIAL, Trial(proposal=proposal(index)).to_record())
            journal.append("note", {"index": index})
    assert [trial.index for trial in directory.trials] == [0, 1, 2]
    assert len(directory.entries) == 6


def test_a_changed_run_is_refused_with_every_difference(directory: RunDirectory) -> None:
    with directory.writing(**given()):
        pass
    changed = {**CONFIGURATION, "seed": 1, "strategy": {"kind": "evolution", "population": 16}}
    with (
        pytest.raises(ConfigError) as caught,
        directory.writing(**given(configuration=changed, fingerprints={**FINGERPRINTS, "task": "cccc"})),
    ):
        pass
    assert str(caught.value).splitlines()[1:-1] == [
        "  seed: 0 -> 1",
        "  strategy.population: 32 -> 16",
        "  task: its content, 'aaaa' -> 'cccc'",
    ]


def test_what_may_change_may_change(directory: RunDirectory) -> None:
    with directory.writing(**given()):
        pass
    more = given(configuration={**CONFIGURATION, "search": {"trials": 20}})
    with pytest.raises(ConfigError, match=r"search\.trials: 10 -> 20"), directory.writing(**more):
        pass
    for may_change in (("search",), ("search.trials",)):
        with directory.writing(**more, may_change=may_change):
            pass
    assert directory.configuration["search"] == {"trials": 10}


def test_a_run_that_was_killed_before_it_began_begins_anew(directory: RunDirectory) -> None:
    directory.path.mkdir(parents=True)
    (directory.path / "provenance.json").write_text("{}")
    assert not directory.exists
    with directory.writing(**given()):
        pass
    assert directory.provenance["torch"] == "2.13.0"


def test_a_journal_without_configuration_is_refused(directory: RunDirectory) -> None:
    with directory.writing(**given()) as journal:
        journal.append("note", {})
    (directory.path / "run.toml").unlink()
    with pytest.raises(ConfigError, match=r"has a journal but no run\.toml"), directory.writing(**given()):
        pass


def test_a_damaged_journal_is_reported_and_the_lock_given_back(directory: RunDirectory) -> None:
    with directory.writing(**given()) as journal:
        journal.append("note", {"index": 0})
        journal.append("note", {"index": 1})
    content = directory.journal_path.read_bytes()
    directory.journal_path.write_bytes(content.replace(b'"index":0', b'"index":7'))
    with pytest.raises(JournalError, match=":1:"), directory.writing(**given()):
        pass
    directory.journal_path.write_bytes(content)
    with directory.writing(**given()) as journal:
        assert len(journal.entries) == 2


def test_what_is_no_run_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a run directory"):
        RunDirectory.open(tmp_path)


def test_places_are_named_by_index_and_architecture(directory: RunDirectory) -> None:
    proposed = proposal(42)
    name = f"0042-{proposed.architecture.architecture_id[:6]}"
    assert directory.trial_path(proposed) == directory.path / "trials" / name
    assert directory.finalist_path(proposed, repeat=1) == directory.path / "finalists" / name / "1"


def test_a_second_writer_learns_who_the_first_is(directory: RunDirectory) -> None:
    with directory.writing(**given()) as journal:
        journal.append("note", {})
        for _ in range(2):
            holder = f"process {os.getpid()} on {socket.gethostname()} is writing"
            with pytest.raises(LockError, match=holder), directory.writing(**given()):
                pass
        assert len(RunDirectory.open(directory.path).entries) == 1
    with directory.writing(**given()):
        pass


HOLDING = """
import sys, time
from pathlib import Path
from rosearch.store.run_directory import RunDirectory

with RunDirectory(Path(sys.argv[1])).writing(configuration={}, fingerprints={}, provenance={}) as journal:
    journal.append("note", {})
    sys.stdout.write("locked")
    sys.stdout.flush()
    time.sleep(60)
"""


def test_the_lock_of_a_killed_process_is_free(directory: RunDirectory) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDING, str(directory.path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read(6) == b"locked"
        nothing: dict[str, Any] = {"configuration": {}, "fingerprints": {}, "provenance": {}}
        with pytest.raises(LockError, match=f"process {process.pid} on"), directory.writing(**nothing):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
    with directory.writing(**nothing) as journal:
        assert len(journal.entries) == 1


def test_reading_needs_neither_torch_nor_a_lock(directory: RunDirectory) -> None:
    with directory.writing(**given()) as journal:
        journal.append(TRIAL, Trial(proposal=proposal(0)).to_record())
    code = (
        "import sys; from pathlib import Path; from rosearch.store.run_directory import RunDirectory\n"
        f"assert len(RunDirectory.open(Path({str(directory.path)!r})).trials) == 1\n"
        "heavy = {'torch', 'transformers', 'scipy', 'sklearn', 'filelock'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
