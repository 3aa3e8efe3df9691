"""WordNet where other software keeps it: NLTK's folder or zip file, Debian's folder."""

import os
import sys
import zipfile
from pathlib import Path

PARTS_OF_SPEECH = ("noun", "verb", "adj", "adv")
REQUIRED = tuple(f"{kind}.{part}" for kind in ("data", "index") for part in PARTS_OF_SPEECH)
DEBIAN = Path("/usr/share/wordnet")
OPTIONAL = ("index.sense", "lexnames", *(f"{part}.exc" for part in PARTS_OF_SPEECH))


def borrow(folder: Path) -> Path | None:
    """Copies the first WordNet that is installed into ``folder``, whatever its edition.

    Nothing is compared with a hash. The lexicon's fingerprint covers the content, so a run never goes on with another
    edition than it began with.

    Args:
        folder: An empty folder.

    Returns:
        Where the files came from, or None where there are none.
    """
    for place in places():
        files = _read(place)
        if files.keys() >= set(REQUIRED):
            for name, content in files.items():
                (folder / name).write_bytes(content)
            return place
    return None


def places() -> list[Path]:
    """Returns where NLTK and Debian put WordNet, in the order of NLTK's own search."""
    named = [Path(root) for root in os.environ.get("NLTK_DATA", "").split(os.pathsep) if root]
    beside_python = [Path(sys.prefix) / name for name in ("nltk_data", "share/nltk_data", "lib/nltk_data")]
    system = [Path("/usr") / name / "nltk_data" for name in ("share", "local/share", "lib", "local/lib")]
    roots = [*named, Path.home() / "nltk_data", *beside_python, *system]
    return [*(root / "corpora" / name for root in roots for name in ("wordnet", "wordnet.zip")), DEBIAN]


def _read(place: Path) -> dict[str, bytes]:
    """Returns the files of a place by name; nothing where it cannot be read."""
    names = (*REQUIRED, *OPTIONAL)
    try:
        if place.suffix != ".zip":
            return {name: (place / name).read_bytes() for name in names if (place / name).is_file()}
        with zipfile.ZipFile(place) as archive:
            inside = set(archive.namelist())
            return {name: archive.read(f"wordnet/{name}") for name in names if f"wordnet/{name}" in inside}
    except (OSError, zipfile.BadZipFile):
        return {}
