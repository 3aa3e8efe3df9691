"""Mutations: each lists, in random order, the architectures one small edit away; an empty list is 'not applicable'.

A listed architecture may lie outside the bounds or be the parent in another writing; whoever asks takes the first that
is neither (see ``DagSpace.mutate``).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from numpy.random import Generator

from rosearch.space.architecture import Architecture
from rosearch.space.bounds import SpaceBounds
from rosearch.space.dag import Cell, Node
from rosearch.space.operation import adjacent
from rosearch.space.sampling import random_cell, shuffled

Mutation = Callable[[Architecture, SpaceBounds, Generator], Iterator[Architecture]]


def change_operation(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:
    """Gives a node an operation of another kind; kinds are equally likely."""
    moves = [
        (index, number, node, kind)
        for index, number, node in _nodes(architecture)
        for kind in bounds.operations
        if kind != node.operation.kind
    ]
    for index, number, node, kind in shuffled(moves, rng):
        for operation in shuffled(bounds.choices[kind], rng):
            yield _with_node(architecture, index, number, replace(node, operation=operation))


def step_parameter(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:  # noqa: ARG001
    """Moves a parameter of an operation one step."""
    moves = [
        (index, number, replace(node, operation=operation))
        for index, number, node in _nodes(architecture)
        for operation in node.operation.neighbours()
    ]
    for index, number, node in shuffled(moves, rng):
        yield _with_node(architecture, index, number, node)


def rewire_input(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:  # noqa: ARG001
    """Takes one input of a node from elsewhere."""
    moves = [
        (index, number, node, old, new)
        for index, number, node in _nodes(architecture)
        for old in node.inputs
        for new in range(number)
        if new not in node.inputs
    ]
    for index, number, node, old, new in shuffled(moves, rng):
        inputs = (*(source for source in node.inputs if source != old), new)
        yield _with_node(architecture, index, number, replace(node, inputs=inputs))


def add_input(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:
    """Gives a node one more input; where it had one, the combine is any allowed."""
    moves = [
        (index, number, replace(node, inputs=(*node.inputs, new), combine=combine))
        for index, number, node in _nodes(architecture)
        for new in range(number)
        if new not in node.inputs
        for combine in (bounds.combines if len(node.inputs) == 1 else (node.combine,))
    ]
    for index, number, node in shuffled(moves, rng):
        yield _with_node(architecture, index, number, node)


def drop_input(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:  # noqa: ARG001
    """Takes an input away from a node that has several."""
    moves = [
        (index, number, node, old)
        for index, number, node in _nodes(architecture)
        if len(node.inputs) > 1
        for old in node.inputs
    ]
    for index, number, node, old in shuffled(moves, rng):
        inputs = tuple(source for source in node.inputs if source != old)
        yield _with_node(architecture, index, number, replace(node, inputs=inputs))


def change_combine(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:
    """Combines the several inputs of a node in another way."""
    moves = [
        (index, number, replace(node, combine=combine))
        for index, number, node in _nodes(architecture)
        if len(node.inputs) > 1
        for combine in bounds.combines
        if combine != node.combine
    ]
    for index, number, node in shuffled(moves, rng):
        yield _with_node(architecture, index, number, node)


def insert_node(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:
    """Puts a new node on an edge, be it between two nodes or from a loose end to the cell's output."""
    moves = [
        (index, source, target, kind)
        for index, cell in enumerate(architecture.cells)
        if len(cell.nodes) < bounds.max_nodes
        for source, target in _edges(cell)
        for kind in bounds.operations
    ]
    for index, source, target, kind in shuffled(moves, rng):
        for operation in shuffled(bounds.choices[kind], rng):
            cell = architecture.cells[index].with_node_before(target, Node(operation=operation, inputs=(source,)))
            if target < len(cell.nodes):
                after = cell.nodes[target]
                inputs = (*(each for each in after.inputs if each != source), target)
                cell = cell.with_node(target + 1, replace(after, inputs=inputs))
            yield architecture.with_cell(index, cell)


def delete_node(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:  # noqa: ARG001
    """Takes a node out of a cell that has several; whoever used it uses its inputs instead."""
    moves = [(index, number) for index, number, _ in _nodes(architecture) if len(architecture.cells[index].nodes) > 1]
    for index, number in shuffled(moves, rng):
        yield architecture.with_cell(index, architecture.cells[index].without_node(number))


def add_cell(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:
    """Adds a position, of a type that is there or of a new, random one."""
    types = min(len(architecture.cells) + 1, bounds.max_types)
    moves = [(place, index) for place in range(len(architecture.layout) + 1) for index in range(types)]
    if len(architecture.layout) == bounds.max_positions:
        return
    for place, index in shuffled(moves, rng):
        fresh = (random_cell(bounds, rng),) if index == len(architecture.cells) else ()
        layout = (*architecture.layout[:place], index, *architecture.layout[place:])
        yield replace(architecture, layout=layout, cells=(*architecture.cells, *fresh))


def remove_cell(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:  # noqa: ARG001
    """Takes a position away, and a type that no position uses any more."""
    positions = len(architecture.layout)
    for place in shuffled(range(positions if positions > 1 else 0), rng):
        yield replace(architecture, layout=architecture.layout[:place] + architecture.layout[place + 1 :])


def retype_cell(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:  # noqa: ARG001
    """Gives a position the other type."""
    moves = [
        (place, index)
        for place, old in enumerate(architecture.layout)
        for index in range(len(architecture.cells))
        if index != old
    ]
    for place, index in shuffled(moves, rng):
        layout = (*architecture.layout[:place], index, *architecture.layout[place + 1 :])
        yield replace(architecture, layout=layout)


def step_width(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:
    """Moves the width one step."""
    for width in shuffled(adjacent(bounds.widths, architecture.width), rng):
        yield replace(architecture, width=width)


def step_rank(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:
    """Moves the rank of the embedding table one step."""
    for rank in shuffled(adjacent(bounds.ranks, architecture.input.rank), rng):
        yield replace(architecture, input=replace(architecture.input, rank=rank))


def toggle_trained(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:  # noqa: ARG001
    """Freezes the embedding table, or lets it be trained."""
    yield replace(architecture, input=replace(architecture.input, trained=not architecture.input.trained))


def change_characters(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:
    """Tells something else of the letters of words, or nothing; the kinds are equally likely."""
    for characters in shuffled(bounds.characters, rng):
        if characters != architecture.input.characters:
            for buckets in shuffled(bounds.buckets_with(characters), rng):
                genes = replace(architecture.input, characters=characters, buckets=buckets)
                yield replace(architecture, input=genes)


def step_buckets(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:
    """Moves the number of buckets one step."""
    if architecture.input.buckets:
        for buckets in shuffled(adjacent(bounds.buckets, architecture.input.buckets), rng):
            yield replace(architecture, input=replace(architecture.input, buckets=buckets))


def change_clusters(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:
    """Reads synonyms as one word, in clusters of another kind, or no longer."""
    for clusters in shuffled(bounds.clusters, rng):
        yield replace(architecture, input=replace(architecture.input, clusters=clusters))


def toggle_spelling(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:  # noqa: ARG001
    """Corrects the spelling of unknown words, or no longer."""
    yield replace(architecture, input=replace(architecture.input, spelling=not architecture.input.spelling))


def toggle_pruned(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:  # noqa: ARG001
    """Prunes the vocabulary to the task, or gives it back."""
    yield replace(architecture, input=replace(architecture.input, pruned=not architecture.input.pruned))


def change_pooling(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:
    """Pools in another way."""
    for pooling in shuffled(bounds.poolings, rng):
        yield replace(architecture, pooling=pooling)


def toggle_sharing(architecture: Architecture, bounds: SpaceBounds, rng: Generator) -> Iterator[Architecture]:  # noqa: ARG001
    """Shares the weights of positions of one type, or no longer."""
    yield replace(architecture, shared=not architecture.shared)


MUTATIONS: Mapping[str, Mutation] = {
    mutation.__name__: mutation
    for mutation in (
        change_operation,
        step_parameter,
        rewire_input,
        add_input,
        drop_input,
        change_combine,
        insert_node,
        delete_node,
        add_cell,
        remove_cell,
        retype_cell,
        step_width,
        step_rank,
        toggle_trained,
        change_characters,
        step_buckets,
        change_clusters,
        toggle_spelling,
        toggle_pruned,
        change_pooling,
        toggle_sharing,
    )
}
"""All mutations by the name that a record keeps."""


def _nodes(architecture: Architecture) -> Iterator[tuple[int, int, Node]]:
    """Yields every node with the index of its cell and its number there."""
    for index, cell in enumerate(architecture.cells):
        for number, node in enumerate(cell.nodes, start=1):
            yield index, number, node


def _edges(cell: Cell) -> Iterator[tuple[int, int]]:
    """Yields edges as (source, target); the cell's output is the target after the last node."""
    for number, node in enumerate(cell.nodes, start=1):
        for source in node.inputs:
            yield source, number
    for loose in cell.loose_ends:
        yield loose, len(cell.nodes) + 1


def _with_node(architecture: Architecture, index: int, number: int, node: Node) -> Architecture:
    return architecture.with_cell(index, architecture.cells[index].with_node(number, node))
