"""Files are whole or absent, whatever happens while they are written."""

import json
import stat
from pathlib import Path

import pytest

from rosearch.core.files import read_json, whole_file, write_json, write_text


def test_a_file_appears_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "file.txt"
    write_text(path, "größer\n")
    assert path.read_bytes() == "größer\n".encode()
    assert list(path.parent.iterdir()) == [path]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize("before", [None, "old"])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_leaves_nothing_behind(tmp_path: Path, before: str | None, error: type[BaseException]) -> None:
    path = tmp_path / "file.txt"
    if before is not None:
        path.write_text(before)
    with pytest.raises(error), whole_file(path) as temporary:
        temporary.write_text("half")
        raise error
    assert [item.name for item in tmp_path.iterdir()] == ([] if before is None else ["file.txt"])
    assert before is None or path.read_text() == before


def test_until_the_end_the_old_file_stands(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text("old")
    with whole_file(path) as temporary:
        temporary.write_text("new")
        assert temporary.parent == path.parent
        assert path.read_text() == "old"
    assert path.read_text() == "new"


def test_two_writers_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    with whole_file(path) as first, whole_file(path) as second:
        assert first != second
        first.write_text("first")
        second.write_text("second")
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_json_round_trip(tmp_path: Path) -> None:
    data = {"name": "größer", "numbers": [1, 2.5, None, True], "nested": {"a": []}}
    write_json(tmp_path / "data.json", data)
    assert read_json(tmp_path / "data.json") == data
    assert "größer" in (tmp_path / "data.json").read_text(encoding="utf-8")
    write_json(tmp_path / "path.json", {"path": tmp_path}, default=str)
    assert json.loads((tmp_path / "path.json").read_text()) == {"path": str(tmp_path)}


def test_data_that_is_no_json_leaves_the_old_file(tmp_path: Path) -> None:
    write_json(tmp_path / "data.json", 1)
    with pytest.raises(TypeError):
        write_json(tmp_path / "data.json", {"bad": object()})
    assert read_json(tmp_path / "data.json") == 1
    assert len(list(tmp_path.iterdir())) == 1
