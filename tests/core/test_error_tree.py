"""Errors: one tree, two exit codes, and a picture of it that is true."""

import re

from rosearch.core import errors
from rosearch.core.errors import InputError, RoSearchError, RunError


def test_the_picture_shows_the_tree() -> None:
    drawn = re.findall(r"^( *)([A-Z]\w*Error)\b", errors.__doc__ or "", flags=re.MULTILINE)
    assert [(len(indent) // 2, name) for indent, name in drawn] == tree(RoSearchError, 0)


def tree(cls: type[Exception], depth: int) -> list[tuple[int, str]]:
    children = [child for child in vars(errors).values() if isinstance(child, type) and child.__bases__ == (cls,)]
    return [(depth, cls.__name__), *(row for child in children for row in tree(child, depth + 1))]


def test_what_the_user_gave_exits_with_2_and_what_happened_with_1() -> None:
    assert (RoSearchError.exit_code, InputError.exit_code, RunError.exit_code) == (1, 2, 1)
    assert not issubclass(RunError, InputError)
