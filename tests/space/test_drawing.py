"""Drawings: every node appears, nothing overlaps, and the SVG is XML."""

from dataclasses import replace
from xml.etree import ElementTree

from hypothesis import given, settings

from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.dag import Cell, Node
from rosearch.space.drawing import describe, draw_svg, draw_text
from rosearch.space.layering import layered
from rosearch.space.operation import FeedForward, MaxPooling, SelfAttention, TokenMixing, WindowedAttention
from rosearch.testing.architectures import Relabelling, architectures, relabellings

CELL = Cell(
    nodes=(
        Node(operation=SelfAttention(heads=1), inputs=(0,)),
        Node(operation=FeedForward(ratio=2), inputs=(0, 1), combine="gated"),
        Node(operation=MaxPooling(kernel=3), inputs=(0,)),
    )
)
EXAMPLE = Architecture(
    input=InputGenes(rank=64, trained=False),
    width=128,
    pooling="mean_max",
    shared=True,
    layout=(0, 0),
    cells=(CELL,),
)


def test_text() -> None:
    assert draw_text(EXAMPLE).splitlines()[1:] == [
        "rank 64 frozen · width 128 · pooling mean + max · weights shared between cells of one type",
        "word pieces → cell A → cell A → mean + max pooling → classes",
        "",
        "cell A, 2 times",
        "┐         input",
        "●─┐       1  max pooling (kernel 3)",
        "●─│─┐     2  self-attention (1 head)",
        "●─│─●─┐   3  feed-forward (ratio 2), gated",
        "  ●───●── output",
    ]


def test_the_input_is_shown() -> None:
    genes = InputGenes(rank=64, trained=True, characters="ngrams", buckets=4096, clusters="stars", pruned=True)
    drawn = draw_text(replace(EXAMPLE, input=genes)).splitlines()[1:3]
    assert drawn[0].startswith("rank 64 trained · pruned vocabulary · width 128 · ")
    assert drawn[1].startswith("stars of synonyms → word pieces + 4096 n-gram buckets → cell A")
    letters = InputGenes(rank=64, trained=True, characters="letters")
    svg = draw_svg(replace(EXAMPLE, input=letters))
    assert ">word pieces + letters<" in svg


@settings(max_examples=60, deadline=None)
@given(architectures(), relabellings())
def test_drawings_show_all_and_do_not_depend_on_the_writing(
    architecture: Architecture, relabelling: Relabelling
) -> None:
    svg, text = draw_svg(architecture), draw_text(architecture)
    assert draw_svg(relabelling(architecture)) == svg
    assert draw_text(relabelling(architecture)) == text
    words = [element.text for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314
    for cell in architecture.canonical().cells:
        for node in cell.nodes:
            for part in filter(None, describe(node.operation)):
                assert part in words
                assert part in text
    gates = sum(node.gated for cell in architecture.canonical().cells for node in cell.nodes)
    assert words.count("\u03c3") == gates == text.count(", gated")


@settings(max_examples=100, deadline=None)
@given(architectures())
def test_boxes_and_lanes_keep_apart(architecture: Architecture) -> None:
    box, gap, lane = 100.0, 10.0, 8.0
    for cell in architecture.cells:
        plan = layered(cell, box=box, gap=gap, lane=lane)
        spans: dict[int, list[tuple[float, float]]] = {}
        for layer, x in plan.nodes:
            spans.setdefault(layer, []).append((x - box / 2, x + box / 2))
        for (source, target), lanes in plan.edges.items():
            assert plan.nodes[target][0] == plan.nodes[source][0] + len(lanes) + 1
            for step, x in enumerate(lanes, start=1):
                spans.setdefault(plan.nodes[source][0] + step, []).append((x - lane / 2, x + lane / 2))
        for row in spans.values():
            for (_, right), (left, _) in zip(sorted(row), sorted(row)[1:], strict=False):
                assert left - right >= gap - 1e-6
            assert min(left for left, _ in row) >= -1e-6
            assert max(right for _, right in row) <= plan.width + 1e-6


def test_a_chain_is_straight() -> None:
    chain = Cell(nodes=tuple(Node(operation=TokenMixing(), inputs=(number,)) for number in range(4)))
    assert len({x for _, x in layered(chain, box=100, gap=10, lane=8).nodes}) == 1


def test_a_bag_of_embeddings_can_be_drawn() -> None:
    bag = Architecture(
        input=InputGenes(rank=64, trained=True), width=64, pooling="mean", shared=False, layout=(), cells=()
    )
    assert "word pieces → mean pooling → classes" in draw_text(bag)
    assert ElementTree.fromstring(draw_svg(bag)).tag.endswith("svg")  # noqa: S314


def test_operations_in_words() -> None:
    assert describe(WindowedAttention(window=2, heads=8)) == ("windowed attention", "window 2, 8 heads")
    assert describe(TokenMixing()) == ("token mixing", "")
