"""Writes docs/reference/configuration.md from the docstrings of what a configuration can hold.

Run `.venv/bin/python docs/generate_reference.py` after a change of a field, its default or its docstring.
"""

import dataclasses
import importlib
import inspect
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from rosearch.attacks.attack import Attack
from rosearch.attacks.search_methods.search_method import SearchMethod
from rosearch.core.component import Component
from rosearch.core.docstrings import meanings
from rosearch.data.task import TaskSource
from rosearch.distillation.adversaries.adversary import Adversary
from rosearch.distillation.perturbations.perturbation import Perturbation
from rosearch.distillation.schedule import Schedule
from rosearch.distillation.scheme import Scheme
from rosearch.executors.executor import Executor
from rosearch.fitness.environmental import EnvironmentalFitness
from rosearch.fitness.fitness import Fitness
from rosearch.fitness.shortcuts.shortcut import Shortcut
from rosearch.lexicons.lexicon import Lexicon
from rosearch.lexicons.masked_language_model import MaskedLanguageModel
from rosearch.lexicons.sentence_encoder import SentenceEncoder
from rosearch.lexicons.tagger import Tagger
from rosearch.search.configuration import Configuration, SearchSettings
from rosearch.search.strategy import Strategy
from rosearch.space.operation import Operation
from rosearch.space.presets import PRESETS
from rosearch.space.space import DagSpace
from rosearch.store.toml import to_toml
from rosearch.teachers.pretrained import FineTuning
from rosearch.teachers.teacher import Teacher

PAGE = Path(__file__).parent / "reference" / "configuration.md"

SECTIONS: dict[type, str] = {
    TaskSource: "task",
    Teacher: "teacher",
    FineTuning: "teacher.fine_tuning",
    DagSpace: "space",
    Strategy: "strategy",
    Fitness: "fitness",
    Scheme: "fitness.scheme",
    Schedule: "fitness.scheme.schedule",
    Perturbation: "fitness.scheme.perturbations",
    Adversary: "fitness.scheme.adversaries",
    Attack: "fitness.attacks",
    Lexicon: "fitness.attacks.lexicon",
    Tagger: "fitness.attacks.tagger",
    SentenceEncoder: "fitness.attacks.encoder",
    MaskedLanguageModel: "fitness.attacks.mlm",
    SearchMethod: "fitness.attacks.method",
    EnvironmentalFitness: "fitness.environmental",
    Shortcut: "fitness.shortcuts",
    SearchSettings: "search",
    Executor: "search.executor",
}
"""What stands under which heading, in the order of the page; families list their kinds."""

LISTS_OF_TABLES = (Attack, Perturbation, Adversary, Shortcut)

INTRODUCTION = """# Configuration

<!-- Made by docs/generate_reference.py from the docstrings in src/rosearch. Change those, then run it. -->

A search is one TOML file, such as [configs/quickstart.toml](../../configs/quickstart.toml). Every section and every key
may be left out; then the default below holds. A table with a `kind` may be written as that kind's name alone:
`strategy = "random_search"`. On the command line `--set section.key=value` lays a value over the file. An unknown key
or kind is an error that names the nearest known one. `rosearch search FILE --dry-run` checks a file and prints it with
all defaults filled in.

Paths are relative to the directory in which the command runs. To give a key whose default is none no value, leave it
out. When a search is resumed, its configuration must be the recorded one, except for {may_change}.
"""


def page() -> str:
    """Returns the whole page."""
    from rosearch.search.study import MAY_CHANGE

    allowed = ", ".join(f"`{name}`" for name in MAY_CHANGE)
    parts = [INTRODUCTION.format(may_change=allowed), "## Top level", *_table(Configuration)]
    for owner, section in SECTIONS.items():
        parts += [f"## `[[{section}]]`" if owner in LISTS_OF_TABLES else f"## `[{section}]`"]
        parts += _family(owner) if "family" in vars(owner) else _fields(owner)
        if owner is DagSpace:
            parts += [*_presets(), *_operations()]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _family(family: Any) -> Iterator[str]:
    """Gives the kinds that ship, in the order of ``family.members``."""
    for module in family.members:
        importlib.import_module(module)
        for kind, member in family.kinds.items():
            if member.__module__ == module:
                yield f'### `kind = "{kind}"`'
                yield from _fields(member)


def _fields(owner: Any) -> Iterator[str]:
    yield _summary(owner)
    yield from _table(owner)


def _table(owner: Any) -> Iterator[str]:
    """Gives the table of a dataclass's keys; nothing where it has none."""
    told, hints = _meanings(owner), get_type_hints(owner)
    # What a kind has of its own comes before what it shares with others.
    fields = sorted(dataclasses.fields(owner), key=lambda field: field.name not in vars(owner)["__annotations__"])
    rows = [
        f"| `{field.name}` | {_type(hints[field.name])} | {_default(field)} | {told[field.name]} |"
        for field in fields
        if field.name != "kind"
    ]
    if rows:
        yield "\n".join(["| key | value | default | meaning |", "|---|---|---|---|", *rows])


def _presets() -> Iterator[str]:
    yield '`preset = "NAME"` gives the keys that are not written out; without it the defaults above hold.'
    rows = [
        f"| `{name}` | {'<br>'.join(f'`{key} = {_toml(value)}`' for key, value in fields.items()) or 'nothing'} |"
        for name, fields in PRESETS.items()
    ]
    yield "\n".join(["| preset | differs from the defaults in |", "|---|---|", *rows])


def _operations() -> Iterator[str]:
    yield "The operations that a node may have, and the values that the search gives their parameters:"
    rows = [
        f"| `{kind}` | {_summary(operation).splitlines()[0]} | {_steps(operation)} |"
        for kind, operation in Operation.kinds.items()
    ]
    yield "\n".join(["| operation | what it does | parameters |", "|---|---|---|", *rows])


def _steps(operation: Any) -> str:
    listed = (f"`{name}`: {', '.join(map(str, values))}" for name, values in operation.steps.items())
    return "<br>".join(listed) or "none"


def _summary(owner: Any) -> str:
    """Returns a docstring up to its first section, as Markdown."""
    text = re.split(r"\n\n(?:Args|Raises|Returns|References|Differences)\b", inspect.getdoc(owner) or "")[0]
    return text.replace("``", "`")


def _meanings(owner: Any) -> dict[str, str]:
    """Returns what the docstrings say of each key, as Markdown."""
    return {name: meaning.replace("``", "`").replace("|", "\\|") for name, meaning in meanings(owner).items()}


def _type(hint: Any) -> str:
    """Says in words what a value may be."""
    names = {int: "integer", float: "number", str: "string", bool: "boolean", Path: "path"}
    if hint in names:
        return names[hint]
    if hint in SECTIONS:
        anchor = re.sub(r"[^a-z_ -]", "", SECTIONS[hint])
        return f"[table](#{anchor})"
    arguments = [argument for argument in get_args(hint) if argument not in (type(None), Ellipsis)]
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(f"`{argument}`" for argument in arguments)
    if get_origin(hint) in (Union, types.UnionType):
        return " or ".join(_type(argument) for argument in arguments)
    if get_origin(hint) is tuple:
        several = Ellipsis not in get_args(hint)
        return f"{len(arguments)} of: {_type(arguments[0])}" if several else f"list of: {_type(arguments[0])}"
    raise TypeError(f"{hint} has no name for this page; add one to _type")


def _default(field: Any) -> str:
    if field.default is None:
        return "none"
    if field.default is not dataclasses.MISSING:
        return f"`{_toml(field.default)}`"
    if field.default_factory is dataclasses.MISSING:
        return "required"
    made = field.default_factory()
    if isinstance(made, tuple):
        return f"`{_toml([item.kind for item in made])}`"
    return f"`{_toml(made.kind)}`" if isinstance(made, Component) and hasattr(made, "kind") else "its defaults"


def _toml(value: Any) -> str:
    """Renders a value as TOML."""
    return to_toml({"value": value}).removeprefix("value = ").strip()


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
