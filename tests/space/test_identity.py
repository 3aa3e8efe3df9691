"""Architectures that build the same network share an id, and no others do."""

from dataclasses import replace
from itertools import permutations, product
from typing import Any

import networkx
import pytest
from hypothesis import given, settings

from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.canonical import automorphisms, canonical_order, topological_orders
from rosearch.space.dag import Cell, Node
from rosearch.space.encoding import genes
from rosearch.space.operation import Convolution, FeedForward, Operation, SelfAttention, TokenMixing
from rosearch.testing.architectures import Relabelling, architectures, relabellings
from rosearch.testing.labelled_graphs import Graph, labelled_graphs

OPERATIONS: dict[str, Operation] = {"a": SelfAttention(), "b": TokenMixing(), "c": Convolution()}


def renumberings(graph: Graph) -> set[Graph]:
    """Every topological writing of the graph, by trying all permutations."""
    found = set()
    for order in permutations(range(1, len(graph) + 1)):
        number = {0: 0} | {old: new for new, old in enumerate(order, start=1)}
        written = tuple((graph[old - 1][0], tuple(sorted(number[s] for s in graph[old - 1][1]))) for old in order)
        if all(inputs[-1] < place for place, (_, inputs) in enumerate(written, start=1)):
            found.add(written)
    return found


def architecture_of(*cells: Cell, layout: tuple[int, ...] = (0,), shared: bool = False) -> Architecture:
    genes = InputGenes(rank=32, trained=True)
    return Architecture(input=genes, width=64, pooling="mean", shared=shared, layout=layout, cells=cells)


def cell_of(graph: Graph) -> Cell:
    return Cell(nodes=tuple(Node(operation=OPERATIONS[label], inputs=inputs) for label, inputs in graph))


ONE = cell_of((("a", (0,)),))
OTHER = cell_of((("b", (0,)), ("c", (0, 1))))


@pytest.mark.parametrize("nodes", [1, 2, 3, 4])
def test_ids_equal_exact_permutation_forms_on_all_small_graphs(nodes: int) -> None:
    class_of: dict[Graph, int] = {}
    id_of_class: dict[int, str] = {}
    for graph in labelled_graphs(nodes, "abc"):
        if graph not in class_of:
            fresh = len(id_of_class)
            class_of |= dict.fromkeys(renumberings(graph), fresh)
            id_of_class[fresh] = architecture_of(cell_of(graph)).architecture_id
        assert architecture_of(cell_of(graph)).architecture_id == id_of_class[class_of[graph]], "a false split"
    assert len(set(id_of_class.values())) == len(id_of_class), "a false merge"


def test_networkx_agrees_on_random_pairs_with_six_nodes() -> None:
    graphs = list(labelled_graphs(3, "ab"))
    joined = [
        (*graphs[index * 7 % len(graphs)], *((label, (number, 3)) for number, label in ((0, "a"), (1, "a"), (2, "b"))))
        for index in range(25)
    ]
    for first, second in product(joined, repeat=2):
        same = architecture_of(cell_of(first)).architecture_id == architecture_of(cell_of(second)).architecture_id
        assert same == networkx.is_isomorphic(_networkx(first), _networkx(second), node_match=dict.__eq__)


def _networkx(graph: Graph) -> "networkx.DiGraph[int]":
    result: networkx.DiGraph[int] = networkx.DiGraph()
    result.add_node(0, label="input")
    for number, (label, inputs) in enumerate(graph, start=1):
        result.add_node(number, label=label)
        result.add_edges_from((source, number) for source in inputs)
    return result


@settings(max_examples=300, deadline=None)
@given(architectures(), relabellings())
def test_isomorphic_architectures_share_an_id_and_a_canonical_form(
    architecture: Architecture, relabelling: Relabelling
) -> None:
    other = relabelling(architecture)
    assert other.architecture_id == architecture.architecture_id
    assert other.canonical() == architecture.canonical()
    assert architecture.canonical().canonical() == architecture.canonical()


def test_graphs_that_refinement_cannot_split_are_told_apart() -> None:
    # Two crowns of three and one of six: all degrees equal, only the search sees the difference.
    low = [("a", (0,))] * 6
    two = (*low, *(("b", pair) for pair in ((1, 2), (2, 3), (1, 3), (4, 5), (5, 6), (4, 6))))
    one = (*low, *(("b", pair) for pair in ((1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (1, 6))))
    turned = (*low, *(("b", pair) for pair in ((1, 4), (2, 4), (2, 5), (3, 5), (3, 6), (1, 6))))
    ids = [architecture_of(cell_of(graph)).architecture_id for graph in (two, one, turned)]
    assert ids[0] != ids[1] == ids[2]


def test_order_is_topological_and_counts_are_right() -> None:
    inputs = [(0,), (0,), (1,), (2,)]
    order = canonical_order(["a", "a", "b", "c"], inputs)
    assert set(order[:2]) == {1, 2}
    assert automorphisms(["a", "a", "b", "c"], inputs) == 1
    assert automorphisms(["a", "a", "b", "b"], inputs) == 2
    assert automorphisms(["a"] * 4, [(0,)] * 4) == 24
    assert topological_orders(inputs) == 6
    assert topological_orders([(0,)] * 4) == 24


class TestGenesWithoutEffect:
    def test_an_unused_type_is_dropped(self) -> None:
        assert architecture_of(ONE, OTHER).canonical() == architecture_of(ONE)

    def test_sharing_is_dropped_where_no_type_is_used_twice(self) -> None:
        assert architecture_of(ONE, OTHER, layout=(0, 1), shared=True).canonical().shared is False
        assert architecture_of(ONE, OTHER, layout=(0, 1, 0), shared=True).canonical().shared is True

    def test_types_are_named_by_first_appearance(self) -> None:
        swapped = architecture_of(OTHER, ONE, layout=(1, 0))
        assert swapped.canonical() == architecture_of(ONE, OTHER, layout=(0, 1)).canonical()

    def test_isomorphic_types_merge_only_where_weights_are_not_shared(self) -> None:
        assert architecture_of(ONE, ONE, layout=(0, 1, 0)).canonical() == architecture_of(ONE, layout=(0, 0, 0))
        shared = architecture_of(ONE, ONE, layout=(0, 1, 0), shared=True)
        assert shared.architecture_id != architecture_of(ONE, layout=(0, 0, 0), shared=True).architecture_id

    def test_a_gate_on_a_single_input_is_a_sum(self) -> None:
        gated = Cell(nodes=(Node(operation=FeedForward(), inputs=(0,), combine="gated"),))
        assert architecture_of(gated).canonical().cells[0].nodes[0].combine == "sum"

    def test_a_gate_on_two_inputs_is_not(self) -> None:
        nodes = (ONE.nodes[0], Node(operation=FeedForward(), inputs=(0, 1), combine="gated"))
        summed = (ONE.nodes[0], replace(nodes[1], combine="sum"))
        ids = {architecture_of(Cell(nodes=each)).architecture_id for each in (nodes, summed)}
        assert len(ids) == 2

    def test_equal_parallel_branches_stay(self) -> None:
        twice = Cell(nodes=(ONE.nodes[0], ONE.nodes[0]))
        assert architecture_of(twice).architecture_id != architecture_of(ONE).architecture_id


def test_genes_of_later_schemas_leave_ids_as_they_are() -> None:
    before = InputGenes(rank=64, trained=True)
    assert genes(before) == {"rank": 64, "trained": True}
    later = replace(before, characters="ngrams", buckets=8192, clusters="stars", pruned=True)
    assert genes(later) == genes(before) | {
        "characters": "ngrams",
        "buckets": 8192,
        "clusters": "stars",
        "pruned": True,
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"characters": "letters"},
        {"characters": "ngrams", "buckets": 4096},
        {"characters": "ngrams", "buckets": 8192},
        {"clusters": "stars"},
        {"clusters": "chains"},
        {"pruned": True},
    ],
)
def test_another_input_is_another_architecture(changes: dict[str, Any]) -> None:
    other = replace(architecture_of(ONE), input=InputGenes(rank=32, trained=True, **changes))
    assert other.architecture_id != architecture_of(ONE).architecture_id
    assert Architecture.from_json(other.to_json()) == other


def test_ids_never_change() -> None:
    assert architecture_of(ONE).architecture_id == "48764464ba7ff7ac"
    assert architecture_of(ONE, OTHER, layout=(0, 1, 1), shared=True).architecture_id == "cb55b5b900bfffb8"
