"""Reads the weights of the averaged perceptron tagger: NLTK's JSON, or the pickle that they were first published in.

The pickle is read as data. Nothing in it is called and nothing imported: it may hold dictionaries, lists, tuples,
strings, numbers and one set, and anything else ends the reading.
"""

from collections.abc import Mapping
from pathlib import Path
from pickletools import genops
from typing import Any, NamedTuple

from rosearch.core.errors import AssetError
from rosearch.core.files import read_json
from rosearch.data.tagger import FILES

PICKLE = "trontagger.pickle"


class Weights(NamedTuple):
    """A tagger's content.

    Args:
        weights: Of each feature, by class.
        known: The class of words that are hardly ever of another.
        classes: Tags of the Penn Treebank.
    """

    weights: Mapping[str, Mapping[str, float]]
    known: Mapping[str, str]
    classes: list[str]


def read_weights(folder: Path) -> Weights:
    """Reads a tagger in either form.

    Args:
        folder: Holds NLTK's three JSON files, or the pickle.

    Raises:
        AssetError: If it holds neither, or one is broken.
    """
    try:
        if (folder / PICKLE).is_file():
            weights, known, classes = _plain_data((folder / PICKLE).read_bytes())
        else:
            weights, known, classes = (read_json(folder / FILES[part]) for part in ("weights", "tagdict", "classes"))
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise AssetError(f"{folder}: cannot be read as the averaged perceptron tagger: {error}.") from None
    if not (isinstance(weights, dict) and isinstance(known, dict) and classes):
        raise AssetError(f"{folder}: is not the averaged perceptron tagger of NLTK.")
    return Weights(weights, known, sorted(classes))


def _plain_data(content: bytes) -> Any:  # noqa: C901 - one branch for each instruction
    """Runs the few pickle instructions that plain data needs."""
    stack: list[Any] = []
    marks: list[int] = []
    memo: dict[int, Any] = {}
    for instruction, given, position in genops(content):
        argument: Any = given
        name = instruction.name
        if name in ("BINFLOAT", "SHORT_BINSTRING", "BINUNICODE", "BININT", "BININT1"):
            stack.append(argument)
        elif name in ("BINPUT", "LONG_BINPUT"):
            memo[argument] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            stack.append(memo[argument])
        elif name in ("EMPTY_DICT", "EMPTY_LIST"):
            stack.append({} if name == "EMPTY_DICT" else [])
        elif name == "MARK":
            marks.append(len(stack))
        elif name in ("SETITEMS", "APPENDS"):
            start = marks.pop()
            items = stack[start:]
            del stack[start:]
            if name == "APPENDS":
                stack[-1].extend(items)
            else:
                stack[-1].update(zip(items[::2], items[1::2], strict=True))
        elif name == "SETITEM":
            key, value = stack[-2:]
            del stack[-2:]
            stack[-1][key] = value
        elif name == "GLOBAL" and argument == "__builtin__ set":
            stack.append(set)
        elif name == "REDUCE" and stack[-2] is set:
            (items,) = stack.pop()
            stack[-1] = set(items)
        elif name in ("TUPLE1", "TUPLE3"):
            count = int(name[-1])
            stack[-count:] = [tuple(stack[-count:])]
        elif name == "STOP":
            return stack.pop()
        elif name != "PROTO":
            raise ValueError(f"instruction {name} at byte {position} is not for plain data")
    raise ValueError("the file ends before its data do")
