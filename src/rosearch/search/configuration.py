"""A whole search as one file: task, teacher, space, strategy, fitness, and how much of everything."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, final

from rosearch.core.component import Component, nearest
from rosearch.core.config import override, read_toml
from rosearch.core.errors import ConfigError
from rosearch.data.rotten_tomatoes import RottenTomatoes
from rosearch.data.task import TaskSource
from rosearch.distillation.scheme import Scheme
from rosearch.executors.executor import Executor
from rosearch.executors.serial import Serial
from rosearch.fitness.fitness import Fitness
from rosearch.search.evolution import Evolution
from rosearch.search.strategy import Strategy
from rosearch.space.space import DagSpace
from rosearch.teachers.pretrained import Pretrained
from rosearch.teachers.teacher import Teacher

_KINDS: Mapping[str, type[Component]] = {
    "task": TaskSource,
    "teacher": Teacher,
    "strategy": Strategy,
    "fitness.scheme": Scheme,
    "search.executor": Executor,
}
"""Where a table's other keys depend on its kind."""


@final
@dataclass(frozen=True, kw_only=True)
class SearchSettings(Component):
    """How much is searched, and how what is found is confirmed.

    Args:
        trials: Architectures to evaluate.
        window: Proposal k sees the trials up to k - window, in order, whatever the executor; at least its workers.
        finalists: Members of the front that are trained from scratch at full fidelity.
        repeats: Trainings of each finalist and of each trained baseline, with different seeds.
        threads: Threads of one evaluation; part of what decides the last bits of a result.
        executor: Who carries out the evaluations.
        keep: Whose weights stay on disk: those of trials on the front, of which there are few, or those of all trials.
            What a trial withstood, text by text, stays in either case.
    """

    trials: int = 100
    window: int = 8
    finalists: int = 4
    repeats: int = 3
    threads: int = 1
    executor: Executor = field(default_factory=Serial)
    keep: Literal["front", "all"] = "front"

    def __post_init__(self) -> None:
        for name in ("trials", "window", "repeats", "threads"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if self.finalists < 0:
            raise ValueError("finalists must not be negative")


@final
@dataclass(frozen=True, kw_only=True)
class Configuration(Component):
    """Everything that decides a search's results.

    Args:
        seed: Of the seed tree that all random numbers come from.
        task: Where the labelled text is.
        teacher: Whom the students learn from.
        space: Where to look.
        strategy: How to look.
        fitness: How candidates are trained and measured.
        search: How much of everything.
    """

    seed: int = 0
    task: TaskSource = field(default_factory=RottenTomatoes)
    teacher: Teacher = field(default_factory=Pretrained)
    space: DagSpace = field(default_factory=lambda: DagSpace.preset("default"))
    strategy: Strategy = field(default_factory=Evolution)
    fitness: Fitness = field(default_factory=Fitness)
    search: SearchSettings = field(default_factory=SearchSettings)

    @classmethod
    def read(cls, path: Path, *, overrides: Iterable[str] = ()) -> "Configuration":
        """Reads a search's TOML; paths in it are relative to the current directory.

        Args:
            path: The file.
            overrides: ``section.key=value`` assignments that are laid over it.

        Raises:
            ConfigError: If a key or kind is unknown or a value does not fit; the nearest name is suggested.
        """
        return cls.from_tables(override_tables(read_toml(path), overrides), where=str(path))

    @classmethod
    def from_tables(cls, tables: dict[str, Any], *, where: str) -> "Configuration":
        """Builds the configuration from nested tables, section by section, so that an error names its section.

        Args:
            tables: What the TOML holds.
            where: The file, for error messages.

        Raises:
            ConfigError: If something in it does not fit.
        """
        known = {item.name for item in fields(cls)}
        sections: dict[str, type[Component]] = {
            "task": TaskSource,
            "teacher": Teacher,
            "strategy": Strategy,
            "fitness": Fitness,
        }
        sections |= {"search": SearchSettings, "space": DagSpace}
        values: dict[str, Any] = {}
        for name, table in tables.items():
            if name not in known:
                raise ConfigError(f"{where}: unknown section or key {name!r}. {nearest(name, known)}")
            family = sections.get(name)
            values[name] = _section(family, table, where=f"{where}: [{name}]") if family else table
        return cls.from_config(values, where=where)


def override_tables(tables: dict[str, Any], assignments: Iterable[str]) -> dict[str, Any]:
    """Lays assignments over a search's tables; what another kind has no key for goes with the kind that had it.

    Args:
        tables: What a TOML holds.
        assignments: See ``override``.

    Raises:
        ConfigError: See ``override``.
    """
    assignments = tuple(assignments)
    result = override(tables, assignments)
    assigned = {assignment.partition("=")[0].strip() for assignment in assignments}
    for place, family in _KINDS.items():
        before, after = _table_at(tables, place), _table_at(result, place)
        known = family.keys_of(after.get("kind"))
        if known and before.get("kind", after.get("kind")) != after.get("kind"):
            given = {key.removeprefix(f"{place}.").partition(".")[0] for key in assigned if key.startswith(f"{place}.")}
            for key in after.keys() - known - given:
                del after[key]
    return result


def _table_at(tables: dict[str, Any], place: str) -> dict[str, Any]:
    table: Any = tables
    for key in place.split("."):
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else {}


def _section(family: type[Component], table: Any, *, where: str) -> Component:
    """Builds one section; an error deep inside names the file and the section too."""
    try:
        return family.from_config(table, where=where)
    except ConfigError as error:
        message = str(error)
        raise ConfigError(message if message.startswith(where) else f"{where}: {message}") from None
