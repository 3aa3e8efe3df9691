"""The bounds of a space: which values each gene may take, and which architectures lie inside."""

from dataclasses import dataclass
from functools import cached_property

from rosearch.core.component import Component, nearest
from rosearch.space.architecture import POOLINGS, Architecture, InputGenes, Pooling
from rosearch.space.dag import COMBINES, Cell, Combine, Node
from rosearch.space.operation import OPERATION_KINDS, Operation, operation_class
from rosearch.space.size import parameter_count

LIMIT_CLASSES = 2


@dataclass(frozen=True, kw_only=True)
class SpaceBounds(Component):
    """Base of ``DagSpace``: its fields, and the question whether an architecture lies inside.

    Args:
        ranks: Ranks of the embedding table, ascending.
        trained: Whether the table may be trained, frozen, or both.
        widths: Widths of the network, ascending; multiples of 8, so that every number of heads divides them.
        poolings: Ways to pool.
        sharing: Whether positions of one type may, must or must not share weights.
        operations: Kinds of operations; their parameters take the values of ``Operation.steps``.
        combines: Ways to combine several inputs.
        max_positions: Cells one after the other.
        max_types: Different cells.
        max_nodes: Nodes of a cell.
        max_parameters: Weights without the embedding table, for a task of two classes; None for no limit.

    Raises:
        ValueError: If a field is empty or out of range, or ``max_parameters`` is below the smallest architecture.
    """

    ranks: tuple[int, ...] = (32, 64, 96, 128, 192, 256)
    trained: tuple[bool, ...] = (False, True)
    widths: tuple[int, ...] = (64, 96, 128, 160, 192, 224, 256)
    poolings: tuple[Pooling, ...] = POOLINGS
    sharing: tuple[bool, ...] = (False, True)
    operations: tuple[str, ...] = OPERATION_KINDS
    combines: tuple[Combine, ...] = COMBINES
    max_positions: int = 6
    max_types: int = 2
    max_nodes: int = 6
    max_parameters: int | None = None

    def __post_init__(self) -> None:
        for name in ("ranks", "trained", "widths", "poolings", "sharing", "operations", "combines"):
            values = list(getattr(self, name))
            if not values or len(set(values)) < len(values):
                raise ValueError(f"{name} must hold one or more different values, got {values}")
            if name in ("ranks", "widths") and (values != sorted(values) or values[0] < 1):
                raise ValueError(f"{name} must be positive and ascending, got {values}")
        for name in ("max_positions", "max_types", "max_nodes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if any(width % 8 for width in self.widths):
            raise ValueError(f"widths must be multiples of 8, got {list(self.widths)}")
        if unknown := [kind for kind in self.operations if kind not in OPERATION_KINDS]:
            raise ValueError(f"unknown operation {unknown[0]!r}. {nearest(unknown[0], OPERATION_KINDS)}")
        if self.max_parameters is not None and self.max_parameters < (least := self._least_parameters()):
            raise ValueError(f"max_parameters must be at least {least}, the smallest architecture; raise it")

    @cached_property
    def choices(self) -> dict[str, tuple[Operation, ...]]:
        """Returns, for each kind, the operation with each combination of its steps."""
        return {kind: operation_class(kind).choices() for kind in self.operations}

    @cached_property
    def all_operations(self) -> tuple[Operation, ...]:
        """Returns every operation that a node may have."""
        return tuple(operation for choices in self.choices.values() for operation in choices)

    def contains(self, architecture: Architecture) -> bool:
        """Says whether some writing of the architecture has all its genes within the bounds."""
        canonical = architecture.canonical()
        return (
            canonical.input.rank in self.ranks
            and canonical.input.trained in self.trained
            and canonical.width in self.widths
            and canonical.pooling in self.poolings
            and 1 <= len(canonical.layout) <= self.max_positions
            and len(canonical.cells) <= self.max_types
            and self._allows_sharing(canonical)
            and all(self._allows_cell(cell) for cell in canonical.cells)
            and self.fits(canonical)
        )

    def fits(self, architecture: Architecture) -> bool:
        """Says whether the architecture keeps to ``max_parameters``."""
        if self.max_parameters is None:
            return True
        count = parameter_count(architecture, vocabulary_size=0, classes=LIMIT_CLASSES)
        return count.without_embedding <= self.max_parameters

    def _allows_sharing(self, canonical: Architecture) -> bool:
        # Without sharing, a type for each position says the same as sharing does.
        return canonical.shared in self.sharing or (not canonical.shared and len(canonical.layout) <= self.max_types)

    def _allows_cell(self, cell: Cell) -> bool:
        return len(cell.nodes) <= self.max_nodes and all(self._allows_node(node) for node in cell.nodes)

    def _allows_node(self, node: Node) -> bool:
        allowed = node.operation in self.choices.get(node.operation.kind, ())
        return allowed and (len(node.inputs) == 1 or node.combine in self.combines)

    def _least_parameters(self) -> int:
        """Counts the smallest architecture: one node of the cheapest operation, everything else at its least."""
        plain = [pooling for pooling in self.poolings if pooling in ("cls", "mean", "max")]
        smallest = [
            Architecture(
                input=InputGenes(rank=self.ranks[0], trained=self.trained[0]),
                width=self.widths[0],
                pooling=pooling,
                shared=False,
                layout=(0,),
                cells=(Cell(nodes=(Node(operation=operation, inputs=(0,)),)),),
            )
            for operation in self.all_operations
            for pooling in plain or self.poolings
        ]
        counts = (parameter_count(each, vocabulary_size=0, classes=LIMIT_CLASSES) for each in smallest)
        return min(count.without_embedding for count in counts)
