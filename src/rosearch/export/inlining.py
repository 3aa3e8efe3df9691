"""One file out of a package: the definitions that some names need, wherever they stand, in the order of their imports.

The text is the package's own, line by line, so that the two never differ. What no kept line mentions is left out: other
definitions of a module, and methods of classes that nothing foreign calls.
"""

import ast
import importlib.util
import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TypeAlias, final

Place: TypeAlias = tuple[str, str]
"""A module and a name that it defines."""

INERT_BASES = ("ABC", "NamedTuple", "Protocol")
"""Foreign bases that call no method by themselves."""

NEVER_KEPT = ("__get_pydantic_core_schema__", "__get_pydantic_json_schema__")
"""For whoever reads configurations with pydantic, which takes the whole package."""


@final
@dataclass(frozen=True, order=True)
class Import:
    """A name that a module imports.

    Args:
        module: Where it is taken from; for ``import numpy as np`` the module itself.
        name: What is taken; empty for the module itself.
        alias: What it is called.
    """

    module: str
    name: str
    alias: str

    @property
    def shown(self) -> str:
        """The name and, where it has another here, that."""
        taken = self.name or self.module
        return taken if self.alias == taken else f"{taken} as {self.alias}"


@final
@dataclass(frozen=True)
class Source:
    """A module: its text, what it defines and what it imports.

    Args:
        module: Its full name.
    """

    module: str

    @cached_property
    def lines(self) -> list[str]:
        """The file, line by line.

        Raises:
            ModuleNotFoundError: If the package was installed without its sources.
        """
        spec = importlib.util.find_spec(self.module)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"{self.module} has no source file. Install the package as its wheel has it.")
        return Path(spec.origin).read_text(encoding="utf-8").splitlines()

    @cached_property
    def body(self) -> list[ast.stmt]:
        """The statements of the module."""
        return ast.parse("\n".join(self.lines)).body

    @cached_property
    def definitions(self) -> dict[str, ast.stmt]:
        """Functions, classes and constants, in the order of the file."""
        return {name: node for node in self.body for name in _defined(node)}

    @cached_property
    def imports(self) -> dict[str, Import]:
        """What it imports, but for what only type checkers see, by the name that it has here."""
        found = {}
        for node in self.body:
            for alias in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
                known = alias.asname or alias.name
                origin = node.module or "" if isinstance(node, ast.ImportFrom) else alias.name
                found[known] = Import(origin, alias.name if isinstance(node, ast.ImportFrom) else "", known)
        return found


@cache
def source(module: str) -> Source:
    """Returns a module's source, read once."""
    return Source(module)


@final
class Inlining:
    """What has to be in the file; `text` is the file.

    Args:
        roots: What it is made for.
        package: What counts as own; everything else is imported.
    """

    def __init__(self, roots: Sequence[Place], *, package: str) -> None:
        self._package = package
        self._needed: dict[Place, None] = dict.fromkeys(roots)
        self._foreign: set[Import] = set()
        self._mentioned: set[str] = set()
        size = (-1, -1)
        while size < (size := (len(self._needed), len(self._mentioned))):
            for module, name in list(self._needed):
                for part in self._kept_parts(module, source(module).definitions[name]):
                    self._follow(module, part)

    def text(self) -> str:
        """Returns imports and definitions.

        Raises:
            ValueError: If two modules mean different things by one name.
        """
        self._refuse_clashes()
        blocks = ["\n".join(_import_lines(self._foreign))]
        for module in self._modules_in_order():
            known = source(module)
            names = [name for name in known.definitions if (module, name) in self._needed]
            blocks += ["\n".join(self._kept_lines(module, known.definitions[name])) for name in names]
        return "\n\n\n".join(blocks) + "\n"

    def _follow(self, module: str, part: ast.AST) -> None:
        """Notes what a piece of text mentions, and where that comes from."""
        known = source(module)
        for node in ast.walk(part):
            if isinstance(node, ast.Attribute):
                self._mentioned.add(node.attr)
            elif isinstance(node, ast.Name):
                self._mentioned.add(node.id)
                if node.id in known.definitions:
                    self._needed[module, node.id] = None
                elif node.id in known.imports:
                    self._need(known.imports[node.id])

    def _need(self, item: Import) -> None:
        if not self._own(item):
            self._foreign.add(item)
        elif item.alias != item.name:
            raise ValueError(
                f"{item.module}.{item.shown}: a name of this package that is imported under another cannot be inlined"
            )
        else:
            self._needed[item.module, item.name] = None

    def _own(self, item: Import) -> bool:
        return item.module.partition(".")[0] == self._package

    def _kept_parts(self, module: str, node: ast.stmt) -> Iterator[ast.AST]:
        """Yields a definition without the methods that are left out."""
        if not isinstance(node, ast.ClassDef):
            yield node
            return
        yield from (*node.decorator_list, *node.bases, *node.keywords)
        yield from (part for part in node.body if not self._left_out(module, node, part))

    def _left_out(self, module: str, owner: ast.ClassDef, part: ast.stmt) -> bool:
        if not isinstance(part, ast.FunctionDef):
            return False
        if part.name in NEVER_KEPT:
            return True
        special = part.name.startswith("__") and part.name.endswith("__")
        return not special and part.name not in self._mentioned and not self._has_foreign_base(module, owner)

    def _has_foreign_base(self, module: str, owner: ast.ClassDef) -> bool:
        """Says whether a class inherits, by any way, from one of another package, which may call its methods."""
        for base in owner.bases:
            if not isinstance(base, ast.Name):
                return True
            item = source(module).imports.get(base.id)
            if item is not None and not self._own(item):
                if base.id not in INERT_BASES:
                    return True
                continue
            home = module if item is None else item.module
            definition = source(home).definitions[base.id]
            if isinstance(definition, ast.ClassDef) and self._has_foreign_base(home, definition):
                return True
        return False

    def _kept_lines(self, module: str, node: ast.stmt) -> list[str]:
        """Returns a definition's lines, without methods that are left out, with the string that follows a constant."""
        known = source(module)
        last = _with_its_docstring(known.body, node)
        kept = dict(enumerate(known.lines[_first_line(node) - 1 : last], start=_first_line(node)))
        for part in node.body if isinstance(node, ast.ClassDef) else ():
            if self._left_out(module, node, part):  # type: ignore[arg-type]  # only classes have such parts
                for number in range(_first_line(part), (part.end_lineno or 0) + 1):
                    del kept[number]
        return _without_gaps(list(kept.values()))

    def _modules_in_order(self) -> list[str]:
        """Returns the modules, each after those that it imports."""
        ordered: dict[str, None] = {}

        def visit(module: str) -> None:
            for item in source(module).imports.values():
                if self._own(item) and item.module not in ordered:
                    visit(item.module)
            ordered[module] = None

        for module, _ in self._needed:
            if module not in ordered:
                visit(module)
        return list(ordered)

    def _refuse_clashes(self) -> None:
        meanings: dict[str, object] = {item.alias: item for item in self._foreign}
        for place in self._needed:
            if meanings.setdefault(place[1], place) != place:
                raise ValueError(f"{place[1]!r} means both {meanings[place[1]]} and {place}; rename one of them")


def inlined(roots: Sequence[Place], *, package: str = "rosearch") -> str:
    """Returns one file that holds some names and all that they need of a package.

    Args:
        roots: The names, with the modules that define them.
        package: What counts as own; everything else is imported.

    Raises:
        ValueError: If two modules mean different things by one name.
    """
    return Inlining(roots, package=package).text()


def _import_lines(items: Collection[Import]) -> Iterator[str]:
    """Gives one line for each module that is imported, and for each that names are taken from."""
    yield from (f"import {item.shown}" for item in sorted(items) if not item.name)
    taken = sorted(item for item in items if item.name)
    for module, group in itertools.groupby(taken, key=lambda item: item.module):
        yield f"from {module} import {', '.join(item.shown for item in group)}"


def _defined(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))


def _first_line(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _with_its_docstring(body: Sequence[ast.stmt], node: ast.stmt) -> int:
    """Returns the last line of a definition, or of the string right behind a constant."""
    following = body[body.index(node) + 1 : body.index(node) + 2]
    for statement in following if isinstance(node, ast.Assign | ast.AnnAssign) else ():
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            return statement.end_lineno or 0
    return node.end_lineno or 0


def _without_gaps(lines: list[str]) -> list[str]:
    """Returns lines with the blanks removed that left-out methods leave behind."""
    kept = [line for number, line in enumerate(lines) if line.strip() or (number and lines[number - 1].strip())]
    while kept and not kept[-1].strip():
        kept.pop()
    return kept
