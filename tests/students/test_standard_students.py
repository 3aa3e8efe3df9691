"""Standard students: of the size that they shall have."""

import pytest
from hypothesis import given, settings

from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.dag import Cell, Node
from rosearch.space.operation import FeedForward, SelfAttention
from rosearch.space.size import parameter_count
from rosearch.students.standard import LARGEST_WIDTH, bag_of_embeddings, uniform_transformer
from rosearch.testing.architectures import architectures

VOCABULARY, CLASSES = 3000, 2


def size(architecture: Architecture) -> int:
    return parameter_count(architecture, vocabulary_size=VOCABULARY, classes=CLASSES).without_embedding


def transformer_like(architecture: Architecture) -> Architecture:
    return uniform_transformer(like=architecture, vocabulary_size=VOCABULARY, classes=CLASSES)


def of_size(parameters: int) -> Architecture:
    """Returns a stack of feed-forwards of about that many parameters; its form is not a Transformer's."""
    width = 32 if parameters < 100_000 else 128 if parameters < 3_000_000 else 256
    cell = Cell(nodes=(Node(operation=FeedForward(ratio=2), inputs=(0,)),))
    per_layer = 4 * width**2
    layers = max(1, round(parameters / per_layer))
    return Architecture(
        input=InputGenes(rank=32, trained=True),
        width=width,
        pooling="max",
        shared=False,
        layout=(0,) * layers,
        cells=(cell,),
    )


@settings(max_examples=40)
@given(architectures())
def test_the_transformer_meets_the_size_of_whatever_is_found(architecture: Architecture) -> None:
    wanted = size(architecture)
    found = transformer_like(architecture)
    assert found.input == architecture.input
    # Widths go in steps of 4, so that the smallest students are met more roughly.
    assert abs(size(found) / wanted - 1) < (0.1 if wanted > 40_000 else 0.25)


@pytest.mark.parametrize("exponent", range(26))
def test_the_transformer_meets_any_size_within_a_tenth(exponent: int) -> None:
    wanted = of_size(round(30_000 * 1.25**exponent))
    assert abs(size(transformer_like(wanted)) / size(wanted) - 1) < 0.1


@settings(max_examples=25)
@given(architectures())
def test_the_transformer_is_uniform_and_narrow_only_where_it_must_be(architecture: Architecture) -> None:
    found = transformer_like(architecture)
    (cell,) = found.cells
    assert [type(node.operation) for node in cell.nodes] == [SelfAttention, FeedForward]
    assert [node.inputs for node in cell.nodes] == [(0,), (1,)]
    assert not found.shared
    assert found.pooling == "mean"
    assert 1 <= len(found.layout) <= 4
    assert found.width % 4 == 0
    assert found.width <= LARGEST_WIDTH
    assert found.width >= 64 or len(found.layout) == 1
    assert found == transformer_like(architecture)


def test_a_bag_of_embeddings_is_a_table_and_a_head() -> None:
    bag = bag_of_embeddings(InputGenes(rank=32, trained=True))
    assert bag.layout == ()
    assert bag.pooling == "mean"
    rank = 32
    assert size(bag) == (rank * rank + rank) + 2 * (2 * rank) + (rank * CLASSES + CLASSES)
