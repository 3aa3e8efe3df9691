import os
from pathlib import Path

import pytest

from rosearch.core.errors import AssetError
from rosearch.data.derived import derived_folder


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROSEARCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_thing_is_computed_once(cache: Path) -> None:
    calls: list[Path] = []

    def fill(folder: Path) -> None:
        calls.append(folder)
        (folder / "numbers.txt").write_text("1 2", encoding="utf-8")

    first, again = derived_folder("thing", "a1", fill), derived_folder("thing", "a1", fill)
    assert first == again == cache / "thing-a1"
    assert (first / "numbers.txt").read_text(encoding="utf-8") == "1 2"
    assert len(calls) == 1
    assert derived_folder("thing", "b2", fill) != first


def test_what_breaks_off_leaves_nothing(cache: Path) -> None:
    def fill(folder: Path) -> None:
        (folder / "half.txt").write_text("1", encoding="utf-8")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        derived_folder("thing", "a1", fill)
    assert not (cache / "thing-a1").exists()
    assert not [path for path in cache.iterdir() if path.suffix == ".part"]


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("ROSEARCH_CACHE", os.fspath(tmp_path / "file"))
    with pytest.raises(AssetError, match="thing cannot be kept here"):
        derived_folder("thing", "a1", Path.mkdir)
