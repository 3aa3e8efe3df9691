"""Nodes and cells: the micro genes, directed acyclic graphs in topological order, valid by construction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, final, get_args

from rosearch.space.canonical import canonical_order, depths
from rosearch.space.encoding import decode, read_list, read_record
from rosearch.space.operation import Operation

Combine = Literal["sum", "gated"]
COMBINES: tuple[Combine, ...] = get_args(Combine)


@final
@dataclass(frozen=True, kw_only=True)
class Node:
    """An operation, where its input comes from, and how several inputs become one.

    Args:
        operation: What the node does.
        inputs: Numbers of earlier nodes, 0 for the cell's input; kept sorted.
        combine: ``"sum"`` or ``"gated"``, inputs weighted by learned sigmoids; without effect on a single input.

    Raises:
        ValueError: If ``inputs`` is empty or repeats a number, or ``combine`` is unknown.
    """

    operation: Operation
    inputs: tuple[int, ...]
    combine: Combine = "sum"

    def __post_init__(self) -> None:
        if not self.inputs or len(set(self.inputs)) < len(self.inputs):
            raise ValueError(f"inputs of a node must be one or more different numbers, got {list(self.inputs)}")
        if self.combine not in COMBINES:
            raise ValueError(f"combine must be one of {', '.join(COMBINES)}, got {self.combine!r}")
        object.__setattr__(self, "inputs", tuple(sorted(self.inputs)))

    @property
    def gated(self) -> bool:
        """Says whether gates are learned: several inputs, combined by them."""
        return self.combine == "gated" and len(self.inputs) > 1

    @property
    def label(self) -> str:
        """Returns what tells this node from others apart from its edges."""
        return f"{self.operation.label}|{'gated' if self.gated else 'sum'}"

    def renumbered(self, numbers: Mapping[int, int]) -> "Node":
        """Returns the node with its inputs under new numbers; inputs that fall together count once."""
        return replace(self, inputs=tuple({numbers[source] for source in self.inputs}))

    def to_json(self) -> dict[str, Any]:
        """Returns the node as plain data."""
        return {"operation": self.operation.to_json(), "inputs": list(self.inputs), "combine": self.combine}

    @classmethod
    def from_json(cls, data: Any, where: str) -> "Node":
        """Reads what ``to_json`` wrote; ``where`` names the place in errors."""
        fields = read_record(data, where, required=("operation", "inputs", "combine"))
        fields["operation"] = Operation.from_json(fields["operation"], f"{where}.operation")
        fields["inputs"] = tuple(read_list(fields["inputs"], f"{where}.inputs", int))
        return decode(cls, fields, where)


@final
@dataclass(frozen=True, kw_only=True)
class Cell:
    """A directed acyclic graph of nodes; its output joins all nodes that nobody else uses.

    Args:
        nodes: In topological order; node ``i`` (from 1) may use 0 (the cell's input) .. ``i - 1``.

    Raises:
        ValueError: If there is no node, or a node uses itself or a later one.
    """

    nodes: tuple[Node, ...]

    def __post_init__(self) -> None:
        if not self.nodes:
            raise ValueError("a cell needs at least one node")
        for number, node in enumerate(self.nodes, start=1):
            if node.inputs[0] < 0 or node.inputs[-1] >= number:
                raise ValueError(f"node {number} may use 0..{number - 1}, got inputs {list(node.inputs)}")

    @cached_property
    def loose_ends(self) -> tuple[int, ...]:
        """Returns the nodes that no node uses; the cell's output joins them."""
        used = {source for node in self.nodes for source in node.inputs}
        return tuple(number for number in range(1, len(self.nodes) + 1) if number not in used)

    @cached_property
    def depths(self) -> tuple[int, ...]:
        """Returns, for the input and each node, the nodes on the longest path there."""
        return tuple(depths([node.inputs for node in self.nodes]))

    @cached_property
    def canonical(self) -> "Cell":
        """Returns the one cell that stands for all that differ by numbering or by gates on single inputs."""
        order = canonical_order([node.label for node in self.nodes], [node.inputs for node in self.nodes])
        numbers = {0: 0} | {old: new for new, old in enumerate(order, start=1)}
        nodes = [self.nodes[old - 1].renumbered(numbers) for old in order]
        return Cell(nodes=tuple(node if node.gated else replace(node, combine="sum") for node in nodes))

    def with_node(self, number: int, node: Node) -> "Cell":
        """Returns the cell with node ``number`` replaced."""
        return Cell(nodes=(*self.nodes[: number - 1], node, *self.nodes[number:]))

    def with_node_before(self, number: int, node: Node) -> "Cell":
        """Returns the cell with ``node`` as node ``number``; the nodes from there on move up by one."""
        numbers = {old: old + (old >= number) for old in range(len(self.nodes) + 1)}
        later = tuple(moved.renumbered(numbers) for moved in self.nodes[number - 1 :])
        return Cell(nodes=(*self.nodes[: number - 1], node, *later))

    def without_node(self, number: int) -> "Cell":
        """Returns the cell without node ``number``; whoever used it uses its inputs instead."""
        bypass = set(self.nodes[number - 1].inputs)
        numbers = {old: old - (old > number) for old in range(len(self.nodes) + 1)}
        kept = []
        for old, node in enumerate(self.nodes, start=1):
            if old != number:
                sources = set(node.inputs) - {number} | (bypass if number in node.inputs else set())
                kept.append(replace(node, inputs=tuple(sources)).renumbered(numbers))
        return Cell(nodes=tuple(kept))

    def to_json(self) -> list[dict[str, Any]]:
        """Returns the cell as plain data."""
        return [node.to_json() for node in self.nodes]

    @classmethod
    def from_json(cls, data: Any, where: str) -> "Cell":
        """Reads what ``to_json`` wrote; ``where`` names the place in errors."""
        nodes = (Node.from_json(node, f"{where}[{index}]") for index, node in enumerate(read_list(data, where, object)))
        return decode(cls, {"nodes": tuple(nodes)}, where)
