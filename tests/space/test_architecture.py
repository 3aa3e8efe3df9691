"""Architectures as plain data: JSON there and back, and errors that help."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from rosearch.core.errors import ConfigError
from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.dag import Cell, Node
from rosearch.space.operation import Convolution, Operation, SelfAttention, TokenMixing
from rosearch.testing.architectures import architectures

CELL = Cell(nodes=(Node(operation=Convolution(kernel=5), inputs=(0,)),))
PLAIN = Architecture(
    input=InputGenes(rank=32, trained=False), width=64, pooling="max", shared=False, layout=(0,), cells=(CELL,)
)


@settings(max_examples=200, deadline=None)
@given(architectures())
def test_json_there_and_back(architecture: Architecture) -> None:
    assert Architecture.from_json(json.loads(json.dumps(architecture.to_json()))) == architecture


def test_a_bag_of_embeddings_is_an_architecture_without_cells() -> None:
    bag = Architecture(
        input=InputGenes(rank=32, trained=True), width=32, pooling="mean", shared=False, layout=(), cells=()
    )
    assert Architecture.from_json(bag.to_json()) == bag.canonical() == bag


def changed(path: str, value: Any) -> dict[str, Any]:
    data: Any = json.loads(json.dumps(PLAIN.to_json()))
    place = data
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in steps:
        place = place[step]
    place[last] = value
    return data  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("schema", 2, "schema 2 is not 1"),
        ("poling", "max", "unknown key 'poling'. Did you mean 'pooling'"),
        ("width", "64", "width: expected int"),
        ("width", True, "width: expected int"),
        ("pooling", "median", "pooling must be one of cls, mean, max"),
        ("layout", [1], "names a cell that is not there"),
        ("layout", [True], "expected a list of int"),
        ("input.rank", 0, "rank must be at least 1"),
        ("input.characters", "ngram", "characters must be one of none, ngrams, letters"),
        ("input.characters", "ngrams", "buckets must be positive with n-grams"),
        ("input.buckets", 8, "buckets must be positive with n-grams and 0 without"),
        ("input.clusters", True, "clusters must be one of none, stars, chains, got True"),
        ("input.pruned", 1, "pruned: expected bool"),
        ("input.ranks", 1, "input: unknown key 'ranks'. Did you mean 'rank'"),
        ("cells.0", [], "a cell needs at least one node"),
        ("cells.0.0.inputs", [1], "node 1 may use 0..0"),
        ("cells.0.0.inputs", [], "one or more different numbers"),
        ("cells.0.0.combine", "product", "combine must be one of sum, gated"),
        ("cells.0.0.operation.kind", "convolutoin", "Did you mean 'convolution'"),
        ("cells.0.0.operation.kernel", 4, "must be odd"),
        ("cells.0.0.operation.heads", 4, "unknown key 'heads'"),
        ("cells.0.0.operation", None, "unknown operation kind None"),
    ],
)
def test_errors_name_the_place_and_the_remedy(path: str, value: Any, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Architecture.from_json(changed(path, value), where="architecture.json")
    assert message in str(caught.value)
    assert str(caught.value).startswith("architecture.json")


@pytest.mark.parametrize("key", sorted(PLAIN.to_json()))
def test_a_missing_key_is_named(key: str) -> None:
    data = {name: value for name, value in PLAIN.to_json().items() if name != key}
    with pytest.raises(ConfigError, match=f"key '{key}' is missing"):
        Architecture.from_json(data)


def test_heads_must_divide_the_width() -> None:
    cell = Cell(nodes=(Node(operation=SelfAttention(heads=5), inputs=(0,)),))
    with pytest.raises(ValueError, match="5 heads do not divide the width 64"):
        Architecture(input=PLAIN.input, width=64, pooling="max", shared=False, layout=(0,), cells=(cell,))


def test_editing_a_cell_keeps_its_edges() -> None:
    first, second = Node(operation=TokenMixing(), inputs=(0,)), Node(operation=SelfAttention(), inputs=(0, 1))
    cell = Cell(nodes=(first, second))
    grown = cell.with_node_before(2, Node(operation=Convolution(), inputs=(1,)))
    assert [node.inputs for node in grown.nodes] == [(0,), (1,), (0, 1)]
    assert grown.loose_ends == (2, 3)
    assert [node.inputs for node in grown.without_node(1).nodes] == [(0,), (0,)]
    assert cell.without_node(2) == Cell(nodes=(first,))


def test_every_operation_reads_from_a_configuration() -> None:
    for kind in Operation.kinds:
        operation = Operation.from_config({"kind": kind})
        assert Operation.from_config(operation.to_config()) == operation == Operation.from_json(operation.to_json(), "")
        assert operation.kind == kind
