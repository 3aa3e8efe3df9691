"""What docstrings say of fields, for the reference and for messages."""

import inspect
import re


def meanings(owner: type) -> dict[str, str]:
    """Reads the Args sections of a class and of those that it inherits fields from, each entry in one line.

    Args:
        owner: A class with docstrings in Google's style; where docstrings were stripped, nothing is found.
    """
    found: dict[str, str] = {}
    for base in reversed(owner.__mro__):
        listed = re.search(r"Args:\n((?: {4}.*\n?)+)", inspect.cleandoc(base.__doc__ or ""))
        for entry in re.split(r"\n(?= {4}\S)", listed.group(1).rstrip() if listed else ""):
            name, _, meaning = entry.strip().partition(":")
            if meaning:
                found[name] = " ".join(meaning.split())
    return found
