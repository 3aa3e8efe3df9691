import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rosearch.core.errors import JournalError
from rosearch.store.journal import Journal, read_journal

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.lists(st.tuples(st.text(max_size=8), st.dictionaries(st.text(), PLAIN, max_size=3)), max_size=6)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def write(path: Path, count: int) -> None:
    with Journal.open(path) as journal:
        for index in range(count):
            journal.append("trial", {"index": index, "text": "naïve \n\u2028 line", "score": index / 3})


@given(records=RECORDS)
@settings(max_examples=60, deadline=None)
def test_a_replay_gives_back_what_was_appended(tmp_path_factory: pytest.TempPathFactory, records: list) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    with Journal.open(path) as journal:
        appended = tuple(journal.append(kind, data) for kind, data in records)
    assert read_journal(path).entries == appended
    assert [(entry.number, entry.kind, entry.data) for entry in appended] == [
        (number, kind, data) for number, (kind, data) in enumerate(records, start=1)
    ]


def test_appending_goes_on_where_an_earlier_session_ended(path: Path) -> None:
    write(path, 3)
    write(path, 2)
    assert [entry.data["index"] for entry in read_journal(path).entries] == [0, 1, 2, 0, 1]


def test_a_cut_at_any_byte_keeps_every_complete_record(path: Path) -> None:
    write(path, 24)
    whole = path.read_bytes()
    entries = read_journal(path).entries
    assert len(whole) > 2048
    for cut in range(len(whole) - 2048, len(whole) + 1):
        path.write_bytes(whole[:cut])
        complete = whole[:cut].count(b"\n")
        with Journal.open(path) as journal:
            assert journal.entries == entries[:complete]
            assert journal.repaired == cut - (whole[:cut].rfind(b"\n") + 1)
            journal.append("trial", {"index": "again"})
        assert [entry.data["index"] for entry in read_journal(path).entries] == [*range(complete), "again"]


def test_a_flipped_byte_is_reported_with_its_line_the_last_one_too(path: Path) -> None:
    write(path, 6)
    whole = path.read_bytes()
    for position in range(len(whole)):
        for flip in (0x01, 0x80):
            damaged = bytearray(whole)
            damaged[position] ^= flip
            path.write_bytes(bytes(damaged))
            line = whole[:position].count(b"\n") + 1
            with pytest.raises(JournalError, match=rf"journal\.jsonl:{line}: .*keep its first {line - 1} lines"):
                Journal.open(path)
            assert path.read_bytes() == bytes(damaged)


def test_only_a_tail_without_its_newline_is_cut_off(path: Path) -> None:
    write(path, 2)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"sum":"0123\n')
    with pytest.raises(JournalError, match=":3: the line is damaged"):
        Journal.open(path)
    path.write_bytes(whole + b'{"sum":"0123')
    with Journal.open(path) as journal:
        assert (len(journal.entries), journal.repaired) == (2, 12)
    assert path.read_bytes() == whole


@pytest.mark.parametrize("lost", [1, 3, 4])
def test_a_lost_line_is_noticed(path: Path, lost: int) -> None:
    write(path, 6)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: lost - 1] + lines[lost:]))
    with pytest.raises(JournalError, match=rf":{lost}: the line is record {lost + 1}; what stood between was lost"):
        Journal.open(path)


def test_a_repeated_line_is_noticed(path: Path) -> None:
    write(path, 4)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], lines[1], *lines[2:]]))
    with pytest.raises(JournalError, match=":3:"):
        Journal.open(path)


def test_reading_leaves_a_torn_line_alone(path: Path) -> None:
    write(path, 2)
    torn = path.read_bytes() + b'{"sum":"0123'
    path.write_bytes(torn)
    replay = read_journal(path)
    assert (len(replay.entries), replay.torn) == (2, 12)
    assert path.read_bytes() == torn


def test_a_missing_journal_is_empty(path: Path) -> None:
    assert read_journal(path).entries == ()
    assert not path.exists()


def test_a_record_that_is_not_plain_data_changes_nothing(path: Path) -> None:
    with Journal.open(path) as journal:
        journal.append("trial", {"index": 0})
        with pytest.raises(TypeError):
            journal.append("trial", {"index": object()})
        journal.append("trial", {"index": 1})
    assert [entry.data["index"] for entry in read_journal(path).entries] == [0, 1]


def test_a_full_disk_leaves_the_journal_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_bytes = os.write
    with Journal.open(path) as journal:
        journal.append("trial", {"index": 0})
        before = path.read_bytes()
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", lambda handle, line: write_bytes(handle, line[:20]))
            with pytest.raises(OSError, match="No space left"):
                journal.append("trial", {"index": 1})
        assert path.read_bytes() == before
        journal.append("trial", {"index": 2})
    assert [entry.data["index"] for entry in read_journal(path).entries] == [0, 2]


def test_an_interrupt_after_the_write_takes_the_record_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    with Journal.open(path) as journal:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", interrupted)
            with pytest.raises(KeyboardInterrupt):
                journal.append("trial", {"index": 0})
        journal.append("trial", {"index": 1})
    assert [entry.data["index"] for entry in read_journal(path).entries] == [1]


KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from rosearch.store.journal import Journal

write = os.write

def write_a_part_and_die(handle, line):
    write(handle, line[: len(line) * int(sys.argv[2]) // 100])
    os.kill(os.getpid(), signal.SIGKILL)

journal = Journal.open(Path(sys.argv[1]))
journal.append("trial", {"index": 0})
os.write = write_a_part_and_die
journal.append("trial", {"index": 1})
"""


@pytest.mark.parametrize("percent", [0, 50, 99])
def test_a_kill_inside_a_write_loses_only_that_record(path: Path, percent: int) -> None:
    command = [sys.executable, "-c", KILLED_WHILE_WRITING, str(path), str(percent)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    with Journal.open(path) as journal:
        assert [entry.data for entry in journal.entries] == [{"index": 0}]
        journal.append("trial", {"index": 1})
    assert [entry.data["index"] for entry in read_journal(path).entries] == [0, 1]
