"""The bounds of a space: which values each gene may take, and which architectures lie inside."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product

from rosearch.core.component import Component, nearest
from rosearch.space.architecture import (
    CHARACTER_INPUTS,
    CLUSTER_INPUTS,
    POOLINGS,
    Architecture,
    CharacterInput,
    ClusterInput,
    InputGenes,
    Pooling,
)
from rosearch.space.dag import COMBINES, Cell, Combine, Node
from rosearch.space.operation import OPERATION_KINDS, Operation, operation_class
from rosearch.space.size import parameter_count

LIMIT_CLASSES = 2
INPUT_GENES = ("ranks", "trained", "characters", "buckets", "clusters", "spelling", "pruned")


@dataclass(frozen=True, kw_only=True)
class SpaceBounds(Component):
    """Base of ``DagSpace``: its fields, and the question whether an architecture lies inside.

    Args:
        ranks: Ranks of the embedding table, ascending.
        trained: Whether the table may be trained, frozen, or both.
        characters: What may be told of the letters of words: nothing, hashed n-grams, or the letters in order.
        buckets: Rows of the table of n-grams, ascending.
        clusters: Whether synonyms are read as one word, and in which clusters: stars of frequent words, or chains of
            such stars; ``[fitness.clusters]`` names the lexicon.
        spelling: Whether unknown words may, must or must not be read as the known words that they were meant to be.
        pruned: Whether the vocabulary may, must or must not be pruned to the task.
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
    characters: tuple[CharacterInput, ...] = ("none",)
    buckets: tuple[int, ...] = (4096, 8192, 16384)
    clusters: tuple[ClusterInput, ...] = ("none",)
    spelling: tuple[bool, ...] = (False,)
    pruned: tuple[bool, ...] = (False,)
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
        for name in (*INPUT_GENES, "widths", "poolings", "sharing", "operations", "combines"):
            values = list(getattr(self, name))
            if not values or len(set(values)) < len(values):
                raise ValueError(f"{name} must hold one or more different values, got {values}")
            if name in ("ranks", "buckets", "widths") and (values != sorted(values) or values[0] < 1):
                raise ValueError(f"{name} must be positive and ascending, got {values}")
        for name in ("max_positions", "max_types", "max_nodes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if any(width % 8 for width in self.widths):
            raise ValueError(f"widths must be multiples of 8, got {list(self.widths)}")
        for name, known in (
            ("characters", CHARACTER_INPUTS),
            ("clusters", CLUSTER_INPUTS),
            ("operations", OPERATION_KINDS),
        ):
            if unknown := [kind for kind in getattr(self, name) if kind not in known]:
                raise ValueError(f"{name}: unknown {unknown[0]!r}. {nearest(unknown[0], known)}")
        if self.max_parameters is not None and self.max_parameters < (least := self._least_parameters()):
            raise ValueError(f"max_parameters must be at least {least}, the smallest architecture; raise it")

    @cached_property
    def inputs(self) -> tuple[InputGenes, ...]:
        """Returns every input that an architecture may have."""
        return tuple(
            InputGenes(
                rank=rank,
                trained=trained,
                characters=characters,
                buckets=buckets,
                clusters=clusters,
                spelling=spelling,
                pruned=pruned,
            )
            for rank, trained, characters, clusters, spelling, pruned in product(
                self.ranks, self.trained, self.characters, self.clusters, self.spelling, self.pruned
            )
            for buckets in self.buckets_with(characters)
        )

    def buckets_with(self, characters: CharacterInput) -> tuple[int, ...]:
        """Returns the numbers of buckets that go with what is told of letters; 0 stands for none."""
        return self.buckets if characters == "ngrams" else (0,)

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
            canonical.input in self._input_set
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

    @cached_property
    def _input_set(self) -> frozenset[InputGenes]:
        return frozenset(self.inputs)

    def _least_parameters(self) -> int:
        """Counts the smallest architecture: one node of the cheapest operation, everything else at its least."""
        plain = [pooling for pooling in self.poolings if pooling in ("cls", "mean", "max")]
        smallest = [
            Architecture(
                input=genes,
                width=self.widths[0],
                pooling=pooling,
                shared=False,
                layout=(0,),
                cells=(Cell(nodes=(Node(operation=operation, inputs=(0,)),)),),
            )
            for genes in self.inputs
            if genes.rank == self.ranks[0]
            for operation in self.all_operations
            for pooling in plain or self.poolings
        ]
        counts = (parameter_count(each, vocabulary_size=0, classes=LIMIT_CLASSES) for each in smallest)
        return min(count.without_embedding for count in counts)
