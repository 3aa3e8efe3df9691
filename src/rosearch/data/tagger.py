"""The averaged perceptron tagger where NLTK keeps it."""

from pathlib import Path

from rosearch.data import nltk_data

NAME = "averaged_perceptron_tagger_eng"
PARTS = ("weights", "tagdict", "classes")
FILES = {part: f"{NAME}.{part}.json" for part in PARTS}


def borrow(folder: Path) -> Path | None:
    """Copies the tagger of an installed NLTK into ``folder``.

    Args:
        folder: An empty folder.

    Returns:
        Where the files came from, or None where there are none.
    """
    for place in nltk_data.places("taggers", NAME):
        files = nltk_data.read(place, tuple(FILES.values()))
        if len(files) == len(PARTS):
            for name, content in files.items():
                (folder / name).write_bytes(content)
            return place
    return None
