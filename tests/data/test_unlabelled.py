"""Texts without labels: odd ones, long ones, as they arrive, in bounded memory."""

import io
import json
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

import pytest

from rosearch.core.errors import TaskError
from rosearch.data.rows import LONGEST_TEXT, BadRow
from rosearch.data.unlabelled import AT_A_TIME, Item, texts_in_file, texts_in_stream


class Pipe:
    """Gives blocks one after the other, as they arrive."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)

    def read1(self, size: int = -1, /) -> bytes:  # noqa: ARG002 - what is there is there
        return next(self._blocks, b"")


def lines(raw: bytes, *fields: str) -> list[Item]:
    return [item for batch in texts_in_stream(io.BytesIO(raw), fields) for item in batch]


def described(items: list[Item]) -> list[tuple]:
    return [(item.line, item.problem if isinstance(item, BadRow) else item.text) for item in items]


def test_each_line_is_a_text_and_empty_ones_count() -> None:
    assert described(lines(b"\xef\xbb\xbfone\r\n\n two \n")) == [(1, "one"), (2, ""), (3, " two ")]
    assert described(lines(b"last without an end")) == [(1, "last without an end")]
    assert lines(b"") == []


def test_bytes_that_are_no_text_are_replaced_and_told() -> None:
    first, second = lines("caf\xe9\n".encode("latin-1") + "caf\xe9\n".encode())
    assert (first.text, first.mended) == ("caf\ufffd", True)
    assert (second.text, second.mended) == ("caf\xe9", False)
    (surrogate,) = lines(json.dumps({"t": "\ud83d odd"}).encode(), "t")
    assert (surrogate.text, surrogate.mended) == ("\ufffd odd", True)


@pytest.mark.parametrize("character", ["x", "\u00e9", "\U0001f600"])
def test_a_long_line_is_cut_and_the_next_one_is_whole(character: str) -> None:
    long, short = lines((character * (3 * LONGEST_TEXT) + "\nshort\n").encode())
    assert (long.text, long.cut) == (character * LONGEST_TEXT, True)
    assert (short.line, short.text, short.cut) == (2, "short", False)


def test_what_has_arrived_is_given_without_waiting() -> None:
    pipe = Pipe([b"one\ntw", b"o\n", b"three"])
    assert [described(batch) for batch in texts_in_stream(pipe, ())] == [[(1, "one")], [(2, "two")], [(3, "three")]]


def test_json_lines_have_named_fields() -> None:
    raw = b'{"a": "x", "b": "y"}\n\n{"a": 1, "b": "y"}\n{"a": "x"}\nno\n'
    found = described(lines(raw, "a", "b"))
    assert found[0] == (1, ("x", "y"))
    assert found[1] == (3, "the text is 1, not a string")
    assert "no field 'b'" in found[2][1]
    assert found[3][0] == 5
    assert "not valid JSON" in found[3][1]


def test_tables_keep_their_order_and_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,text\n1,"two\nlines"\n2,\n3\n4,last\n')
    (batch,) = texts_in_file(path, ("text",))
    assert described(batch) == [
        (2, "two\nlines"),
        (4, ""),
        (5, "1 fields where the header has 2"),
        (6, "last"),
    ]
    with pytest.raises(TaskError, match="no column 'txt'"):
        list(texts_in_file(path, ("txt",)))
    with pytest.raises(TaskError, match="cannot be read: No such file"):
        list(texts_in_file(tmp_path / "none.txt", ("text",)))


def test_a_file_of_any_other_suffix_is_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("text\nfine\n")
    assert [described(batch) for batch in texts_in_file(path, ("text",))] == [[(1, "text"), (2, "fine")]]


def test_millions_of_lines_take_no_more_memory_than_thousands() -> None:
    block = b"a text of some words\n" * 10_000
    tracemalloc.start()
    sizes = [len(batch) for batch in texts_in_stream(Pipe([block] * 20), ())]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(sizes) == 200_000
    assert max(sizes) == AT_A_TIME
    assert peak < 20 * len(block)


def test_a_line_without_end_takes_no_more_memory_than_a_long_one() -> None:
    block = b"x" * (1 << 20)
    tracemalloc.start()
    (item,) = [item for batch in texts_in_stream(Pipe([block] * 64), ()) for item in batch]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(item.text) == LONGEST_TEXT
    assert peak < 16 * len(block)
