"""A journal that ends anywhere in its last 2 KB is gone on with, and leads to the same end."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rosearch.store.journal import Journal, read_journal
from rosearch.testing.wall_times import without_wall_times

pytestmark = pytest.mark.usefixtures("bench")
LAST_BYTES = 2048


def test_every_cut_leaves_whole_records_only(make: Callable, tmp_path: Path) -> None:
    study = make()
    study.run()
    raw = study.directory.journal_path.read_bytes()
    entries = study.directory.entries
    ends = [position + 1 for position, byte in enumerate(raw) if byte == ord("\n")]
    path = tmp_path / "cut.jsonl"
    for size in range(len(raw) - LAST_BYTES, len(raw)):
        path.write_bytes(raw[:size])
        whole = sum(end <= size for end in ends)
        with Journal.open(path) as journal:
            assert journal.entries == entries[:whole]
            assert journal.repaired == size - ([0, *ends][whole])
        assert path.read_bytes() == raw[: [0, *ends][whole]]


def test_a_study_goes_on_from_any_record_and_from_within_it(make: Callable) -> None:
    undisturbed = make("undisturbed")
    undisturbed.run()
    raw = undisturbed.directory.journal_path.read_bytes()
    wanted = [(entry.kind, without_wall_times(entry.data)) for entry in undisturbed.directory.entries]
    study = make("cut")
    study.run()
    for size in range(len(raw) - LAST_BYTES, len(raw), 97):
        study.directory.journal_path.write_bytes(raw[:size])
        study.run()
        entries = read_journal(study.directory.journal_path).entries
        assert [(entry.kind, without_wall_times(entry.data)) for entry in entries] == wanted
