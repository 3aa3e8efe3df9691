"""What can happen to a fetch: no network, a connection that breaks off, a full disk, a cache that is only read."""

import http.server
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from toy_packages import asset_of, make_sdist, make_wheel

from disks import read_only, small_disk
from rosearch.core.errors import AssetError
from rosearch.core.events import Event, Notice
from rosearch.core.network import offline
from rosearch.data.fetching import fetch

BALLAST = 300_000


class Registry(http.server.ThreadingHTTPServer):
    """A package index on this machine whose connections may break off or hang."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.folder = folder
        self.broken = 0
        """So many downloads from now on end half way."""
        self.hangs = False
        self.asked: list[str] = []
        self.closing = threading.Event()


class Answer(http.server.BaseHTTPRequestHandler):
    server: Registry

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path.startswith("/simple/"):
            links = "".join(f'<a href="/files/{path.name}">{path.name}</a>' for path in self.server.folder.iterdir())
            self.answer("text/html", f"<!DOCTYPE html><html><body>{links}</body></html>".encode())
            return
        content = (self.server.folder / Path(self.path).name).read_bytes()
        whole = self.server.broken <= 0
        self.server.broken -= 1
        self.answer("application/octet-stream", content, sent=len(content) if whole else len(content) // 2)
        if self.server.hangs:
            self.server.closing.wait(30)

    def answer(self, kind: str, content: bytes, *, sent: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:sent])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def registry(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    with Registry(shop) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS"):
            monkeypatch.delenv(name)
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple/")
        monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path / "pip-cache"))
        monkeypatch.setenv("PIP_RETRIES", "0")
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


def downloads(registry: Registry) -> int:
    return sum(path.startswith("/files/") for path in registry.asked)


def left_in(cache: Path) -> set[str]:
    return {path.name for path in cache.iterdir()} - {".toy.lock"}


def test_a_download_that_breaks_off_is_begun_again(registry: Registry, shop: Path, tmp_path: Path) -> None:
    asset = asset_of(make_wheel(shop, ballast=BALLAST))
    registry.broken = 1
    folder = fetch(asset, cache=tmp_path / "cache")
    assert (folder / "joined.txt").read_bytes() == b"one\ntwo"
    assert downloads(registry) > 1
    assert left_in(tmp_path / "cache") == {"toy-1.0"}


def test_a_connection_that_always_breaks_off_leaves_nothing(registry: Registry, shop: Path, tmp_path: Path) -> None:
    asset = asset_of(make_wheel(shop, ballast=BALLAST))
    registry.broken = 1000
    with pytest.raises(AssetError, match=r"the toy \(toy 1\.0\) could not be fetched with pip: .*Instead: name a toy"):
        fetch(asset, cache=tmp_path / "cache")
    assert not left_in(tmp_path / "cache")
    registry.broken = 0
    assert (fetch(asset, cache=tmp_path / "cache") / "licence.txt").read_bytes() == b"free"


def test_without_a_network_the_error_says_so(registry: Registry, shop: Path, tmp_path: Path) -> None:
    asset = asset_of(make_wheel(shop))
    registry.shutdown()
    registry.server_close()
    with pytest.raises(AssetError, match=r"the package registry is out of reach.*PIP_FIND_LINKS"):
        fetch(asset, cache=tmp_path / "cache")
    assert not left_in(tmp_path / "cache")


def test_a_full_disk_is_said_to_be_full_and_filled_by_nothing(shop: Path, tmp_path: Path) -> None:
    asset = asset_of(make_wheel(shop, ballast=BALLAST))
    with small_disk(tmp_path / "disk", size=1 << 20) as disk:
        disk.fill(but=BALLAST // 3)
        with pytest.raises(AssetError, match=r"disk: the toy cannot be kept here: .*Free some space there, or name"):
            fetch(asset, cache=disk.path)
        assert not left_in(disk.path) - {".ballast"}
        disk.free()
        assert (fetch(asset, cache=disk.path) / "joined.txt").read_bytes() == b"one\ntwo"


def test_a_cache_that_can_only_be_read_gives_what_it_holds(shop: Path, tmp_path: Path) -> None:
    asset = asset_of(make_wheel(shop))
    cache = tmp_path / "cache"
    held = fetch(asset, cache=cache)
    before = sorted(cache.iterdir())
    with read_only(cache):
        assert fetch(asset, cache=cache) == held
    assert sorted(cache.iterdir()) == before


def test_a_cache_that_can_only_be_read_is_named_where_something_is_missing(shop: Path, tmp_path: Path) -> None:
    asset = asset_of(make_wheel(shop))
    (tmp_path / "cache").mkdir()
    with (
        read_only(tmp_path / "cache") as cache,
        pytest.raises(AssetError, match=r"cache: the toy cannot be kept here: .*can be written.* ROSEARCH_CACHE"),
    ):
        fetch(asset, cache=cache)


def test_pip_ends_with_the_process_that_began_it(registry: Registry, shop: Path, tmp_path: Path) -> None:
    archive = make_wheel(shop, ballast=BALLAST)
    registry.broken, registry.hangs = 1000, True
    code = f"""
        import sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from pathlib import Path
        from toy_packages import asset_of
        from rosearch.data.fetching import fetch
        fetch(asset_of(Path(sys.argv[1])), cache=Path(sys.argv[2]))
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(archive), str(tmp_path / "cache")]
    with subprocess.Popen(command) as process:
        wait_until(lambda: downloads(registry) > 0)
        assert len(processes_with(tmp_path / "cache")) == 2
        os.kill(process.pid, signal.SIGKILL)
    wait_until(lambda: not processes_with(tmp_path / "cache"))


def processes_with(folder: Path) -> list[str]:
    """Lists the processes whose command names a folder."""
    listed = subprocess.run(["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(folder) in line]


def wait_until(condition: Callable[[], bool], *, most_s: float = 20.0) -> None:
    end = time.monotonic() + most_s
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


class TestOffline:
    def test_what_is_missing_is_named_with_ways_to_bring_it(
        self, registry: Registry, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asset = asset_of(make_wheel(shop))
        monkeypatch.setenv("ROSEARCH_OFFLINE", "1")
        expected = r"the toy is not in .*cache, and the network is not to be used .*rosearch fetch toy.*or name a toy"
        with pytest.raises(AssetError, match=expected):
            fetch(asset, cache=tmp_path / "cache")
        assert not registry.asked
        monkeypatch.setenv("ROSEARCH_OFFLINE", "0")
        fetch(asset, cache=tmp_path / "cache")
        monkeypatch.setenv("ROSEARCH_OFFLINE", "1")
        assert fetch(asset, cache=tmp_path / "cache").is_dir()

    def test_a_package_file_that_was_brought_is_taken_without_running_its_code(
        self, shop: Path, tmp_path: Path
    ) -> None:
        asset = asset_of(make_sdist(shop), prefix="toy-1.0/")
        heard: list[Event] = []
        with offline():
            folder = fetch(asset, cache=tmp_path / "cache", listener=heard.append)
        assert (folder / "joined.txt").read_bytes() == b"one\ntwo"
        assert not any(isinstance(event, Notice) for event in heard)

    def test_another_file_of_that_name_is_refused(self, shop: Path, tmp_path: Path) -> None:
        archive = make_wheel(shop)
        asset = asset_of(archive)
        archive.write_bytes(b"something else")
        with offline(), pytest.raises(AssetError, match=r"toy-1\.0-py3-none-any\.whl: is not the pinned file"):
            fetch(asset, cache=tmp_path / "cache")
        assert not left_in(tmp_path / "cache")

    def test_the_environment_is_as_it_was_afterwards(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HF_HUB_OFFLINE", "0")
        monkeypatch.delenv("ROSEARCH_OFFLINE", raising=False)
        with offline():
            assert os.environ["HF_HUB_OFFLINE"] == os.environ["ROSEARCH_OFFLINE"] == "1"
        assert os.environ["HF_HUB_OFFLINE"] == "0"
        assert "ROSEARCH_OFFLINE" not in os.environ
