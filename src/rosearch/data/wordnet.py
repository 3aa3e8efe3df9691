"""WordNet where other software keeps it: NLTK's folder or zip file, Debian's folder."""

from pathlib import Path

from rosearch.data import nltk_data

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
        files = nltk_data.read(place, (*REQUIRED, *OPTIONAL))
        if files.keys() >= set(REQUIRED):
            for name, content in files.items():
                (folder / name).write_bytes(content)
            return place
    return None


def places() -> list[Path]:
    """Returns where NLTK and Debian put WordNet, in the order of NLTK's own search."""
    return [*nltk_data.places("corpora", "wordnet"), DEBIAN]
