"""Where NLTK keeps its data: folders or zip files under several roots."""

import os
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path


def places(section: str, name: str) -> list[Path]:
    """Returns where a package of NLTK's data may lie, in the order of NLTK's own search.

    Args:
        section: Such as ``"corpora"``.
        name: Such as ``"wordnet"``.
    """
    named = [Path(root) for root in os.environ.get("NLTK_DATA", "").split(os.pathsep) if root]
    beside_python = [Path(sys.prefix) / name for name in ("nltk_data", "share/nltk_data", "lib/nltk_data")]
    system = [Path("/usr") / name / "nltk_data" for name in ("share", "local/share", "lib", "local/lib")]
    roots = [*named, Path.home() / "nltk_data", *beside_python, *system]
    return [root / section / form for root in roots for form in (name, f"{name}.zip")]


def read(place: Path, names: Sequence[str]) -> dict[str, bytes]:
    """Returns the files of a place by name; nothing where it cannot be read.

    Args:
        place: A folder, or a zip file with one folder of its own name.
        names: The files wanted; what is lacking is left out.
    """
    try:
        if place.suffix != ".zip":
            return {name: (place / name).read_bytes() for name in names if (place / name).is_file()}
        with zipfile.ZipFile(place) as archive:
            inside, folder = set(archive.namelist()), place.stem
            return {name: archive.read(f"{folder}/{name}") for name in names if f"{folder}/{name}" in inside}
    except (OSError, zipfile.BadZipFile):
        return {}
