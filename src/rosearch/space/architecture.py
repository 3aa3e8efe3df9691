"""Architectures: macro genes, the cells, and an identity that does not depend on how they are written down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, final, get_args

from rosearch.core.errors import ConfigError
from rosearch.core.fingerprint import canonical_json, fingerprint
from rosearch.space.dag import Cell
from rosearch.space.encoding import decode, genes, read_list, read_record

Pooling = Literal["cls", "mean", "max", "mean_max", "attentive"]
POOLINGS: tuple[Pooling, ...] = get_args(Pooling)
CharacterInput = Literal["none", "ngrams", "letters"]
CHARACTER_INPUTS: tuple[CharacterInput, ...] = get_args(CharacterInput)
ClusterInput = Literal["none", "stars", "chains"]
CLUSTER_INPUTS: tuple[ClusterInput, ...] = get_args(ClusterInput)
SCHEMA = 1
ID_PREFIX = "rosearch-architecture-1"


@final
@dataclass(frozen=True, kw_only=True)
class InputGenes:
    """How word pieces become vectors.

    Genes that later schemas add get a default here that says what networks did without them; JSON and ids leave
    defaults out (see ``encoding.genes``), so ids stay.

    Args:
        rank: Width of the embedding table, before the linear map to the network's width.
        trained: Whether the table is trained; frozen, it counts as parameters all the same.
        characters: What is told of the letters of the word that a piece belongs to: nothing, its hashed n-grams, or
            the letters in order, which a convolution reads.
        buckets: Rows of the table of n-grams; 0 without n-grams.
        clusters: Whether all words of a cluster of synonyms are read as one of them; clusters are the stars of frequent
            words, or chains of such stars, which cover more of what an attack may try and tell less apart.
        spelling: Whether a word that neither the training texts nor the teacher's vocabulary know is read as the known
            word that it was probably meant to be.
        pruned: Whether the vocabulary holds only word pieces that the task's training texts use, and single characters;
            other pieces fall into smaller ones.

    Raises:
        ValueError: If a gene is unknown or below 1, or ``buckets`` does not go with ``characters``.
    """

    rank: int
    trained: bool
    characters: CharacterInput = "none"
    buckets: int = 0
    clusters: ClusterInput = "none"
    spelling: bool = False
    pruned: bool = False

    def __post_init__(self) -> None:
        if self.rank < 1:
            raise ValueError(f"rank must be at least 1, got {self.rank}")
        for name, known in (("characters", CHARACTER_INPUTS), ("clusters", CLUSTER_INPUTS)):
            if (value := getattr(self, name)) not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}, got {value!r}")
        if (self.buckets > 0) != (self.characters == "ngrams") or self.buckets < 0:
            raise ValueError(f"buckets must be positive with n-grams and 0 without, got {self.buckets}")


@final
@dataclass(frozen=True, kw_only=True)
class Architecture:
    """A student, as data.

    Args:
        input: How word pieces become vectors.
        width: Channels of the network.
        pooling: How the tokens become one vector.
        shared: Whether positions of one type share their weights.
        layout: For each position, from the input on, the index of its type in ``cells``; empty for a bag of embeddings,
            which lies in no search space.
        cells: The types of cells.

    Raises:
        ValueError: If ``layout`` names a type that is not there, a number of heads does not divide the width, or
            ``pooling`` is unknown.
    """

    input: InputGenes
    width: int
    pooling: Pooling
    shared: bool
    layout: tuple[int, ...]
    cells: tuple[Cell, ...]

    def __post_init__(self) -> None:
        if self.width < 1:
            raise ValueError(f"width must be at least 1, got {self.width}")
        if self.pooling not in POOLINGS:
            raise ValueError(f"pooling must be one of {', '.join(POOLINGS)}, got {self.pooling!r}")
        if not all(0 <= cell < len(self.cells) for cell in self.layout):
            raise ValueError(f"layout {list(self.layout)} names a cell that is not there; there are {len(self.cells)}")
        for cell in self.cells:
            for node in cell.nodes:
                heads = node.operation.values.get("heads", 1)
                if self.width % heads:
                    raise ValueError(f"{heads} heads do not divide the width {self.width}")

    @cached_property
    def architecture_id(self) -> str:
        """Returns the name that all isomorphic architectures share: 16 hexadecimal digits.

        Of a million architectures two share a name by chance with a probability of 3e-8.
        """
        return fingerprint([ID_PREFIX, canonical_json(self.canonical().to_json())])

    def canonical(self) -> "Architecture":
        """Returns the one architecture that stands for all that build the same network.

        Genes without effect are removed: cells that no position uses, sharing where no cell is used twice, gates on
        single inputs, the names of cells (numbered by first appearance), and the difference between isomorphic cells
        where weights are not shared. With sharing they stay apart, having different weights. Equal parallel branches
        stay for the same reason.
        """
        return self._canonical

    @cached_property
    def _canonical(self) -> "Architecture":
        shared = self.shared and len(set(self.layout)) < len(self.layout)
        cells = [self.cells[index].canonical for index in self.layout]
        layout, first = _numbered(self.layout if shared else cells)
        return replace(self, shared=shared, layout=layout, cells=tuple(cells[position] for position in first))

    @property
    def blocks(self) -> tuple[Cell, ...]:
        """Returns the cell at each position."""
        return tuple(self.cells[index] for index in self.layout)

    def with_cell(self, index: int, cell: Cell) -> "Architecture":
        """Returns the architecture with type ``index`` replaced."""
        return replace(self, cells=(*self.cells[:index], cell, *self.cells[index + 1 :]))

    def to_json(self) -> dict[str, Any]:
        """Returns plain data that ``from_json`` takes."""
        return {
            "schema": SCHEMA,
            "input": genes(self.input),
            "width": self.width,
            "pooling": self.pooling,
            "shared": self.shared,
            "layout": list(self.layout),
            "cells": [cell.to_json() for cell in self.cells],
        }

    @classmethod
    def from_json(cls, data: Any, *, where: str = "architecture") -> "Architecture":
        """Reads what ``to_json`` wrote.

        Args:
            data: Plain data.
            where: What to call the place in an error message, such as a file name.

        Raises:
            ConfigError: If the schema is another one, a key is unknown or missing, or a value does not fit.
        """
        if isinstance(data, dict) and data.get("schema", SCHEMA) != SCHEMA:
            raise ConfigError(
                f"{where}: schema {data['schema']!r} is not {SCHEMA}, the one that this version reads. "
                "Use the version of rosearch that wrote it, or a newer one."
            )
        keys = ("schema", "input", "width", "pooling", "shared", "layout", "cells")
        fields = read_record(data, where, required=keys)
        del fields["schema"]
        fields["input"] = decode(InputGenes, fields["input"], f"{where}.input")
        fields["layout"] = tuple(read_list(fields["layout"], f"{where}.layout", int))
        cells = read_list(fields["cells"], f"{where}.cells", list)
        fields["cells"] = tuple(Cell.from_json(cell, f"{where}.cells[{index}]") for index, cell in enumerate(cells))
        return decode(cls, fields, where)


def _numbered(names: Sequence[object]) -> tuple[tuple[int, ...], list[int]]:
    """Numbers names by first appearance; returns the numbers, and where each first appears."""
    first: list[int] = []
    numbers: dict[object, int] = {}
    for position, name in enumerate(names):
        if name not in numbers:
            numbers[name] = len(first)
            first.append(position)
    return tuple(numbers[name] for name in names), first
