"""A student's classes in one file that needs nothing of this package, put together from its sources."""

from functools import cache
from pathlib import Path

from rosearch.core.files import write_text
from rosearch.core.version import __version__
from rosearch.export.inlining import inlined

ROOTS = (
    ("rosearch.export.hugging_face.configuration", "RoSearchConfig"),
    ("rosearch.export.hugging_face.modeling", "RoSearchForSequenceClassification"),
    ("rosearch.export.hugging_face.tokenization", "RoSearchTokenizer"),
)

HEADER = '''"""A student of RoSearch {version} for the transformers library, in one file.

Put together from the sources of the package rosearch (Apache-2.0) when the student was exported; not made to be edited.
With rosearch installed, `import rosearch` is enough, and this file is not run.
"""
'''


@cache
def self_contained_code() -> str:
    """Returns the file."""
    return HEADER.format(version=__version__) + "\n" + inlined(ROOTS)


def write_self_contained(path: Path) -> None:
    """Writes the file."""
    write_text(path, self_contained_code())
