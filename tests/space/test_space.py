"""The space: draws, mutations and crossovers stay inside and give something new."""

import itertools
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import pytest
from pydantic import TypeAdapter

from rosearch.core.errors import ConfigError
from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.cardinality import count_genotypes, count_writings
from rosearch.space.crossover import CROSSOVERS
from rosearch.space.dag import Cell, Node
from rosearch.space.mutation import MUTATIONS
from rosearch.space.operation import Convolution, FeedForward, SelfAttention, TokenMixing
from rosearch.space.presets import PRESETS
from rosearch.space.size import parameter_count
from rosearch.space.space import DagSpace

SINGLE = {
    "ranks": (32,),
    "trained": (True,),
    "widths": (64,),
    "poolings": ("mean",),
    "sharing": (False,),
    "operations": ("token_mixing",),
    "combines": ("sum",),
    "max_positions": 1,
    "max_types": 1,
    "max_nodes": 1,
}


ALL_INPUTS = {
    "characters": ("none", "ngrams", "letters"),
    "clusters": ("none", "stars", "chains"),
    "spelling": (False, True),
    "pruned": (False, True),
}


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_ten_thousand_mutations_and_crossovers_are_valid_and_new(name: str) -> None:
    space, rng = DagSpace.preset(name, **ALL_INPUTS), np.random.default_rng(7)
    operators: Counter[str] = Counter()
    current, other = space.sample(rng=rng), space.sample(rng=rng)
    for _ in range(1700):
        mutated = space.mutate(current, rng=rng)
        assert mutated.architecture.architecture_id != current.architecture_id
        child = space.crossover(mutated.architecture, other, rng=rng)
        parents = {mutated.architecture.architecture_id, other.architecture_id}
        assert child.architecture.architecture_id not in parents
        for result in (mutated, child):
            operators[result.operator] += 1
            assert space.contains(result.architecture)
            assert result.architecture == result.architecture.canonical()
            assert Architecture.from_json(result.architecture.to_json()) == result.architecture
        current, other = child.architecture, current if rng.random() < 0.7 else space.sample(rng=rng)
    assert set(operators) >= {*MUTATIONS, *CROSSOVERS}


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_samples_lie_inside_and_reach_every_gene(name: str) -> None:
    space, rng = DagSpace.preset(name, **ALL_INPUTS), np.random.default_rng(1)
    drawn = [space.sample(rng=rng) for _ in range(1600)]
    assert {replace(each.input, rank=32, trained=True) for each in drawn} == {
        genes for genes in space.inputs if genes.rank == 32 and genes.trained
    }
    assert all(space.contains(architecture) for architecture in drawn)
    kinds = {node.operation.kind for each in drawn for cell in each.cells for node in cell.nodes}
    assert kinds == set(space.operations)
    assert {each.width for each in drawn} == set(space.widths)
    assert {each.pooling for each in drawn} == set(space.poolings)
    assert {len(each.layout) for each in drawn} == set(range(1, space.max_positions + 1))
    assert len({each.architecture_id for each in drawn}) > 390


def test_same_seed_same_architectures() -> None:
    space = DagSpace()
    walks = []
    for _ in range(2):
        rng = np.random.default_rng(3)
        first, second = space.sample(rng=rng), space.sample(rng=rng)
        mutated = space.mutate(first, rng=rng)
        walks.append((first, second, mutated, space.crossover(mutated.architecture, second, rng=rng)))
    assert walks[0] == walks[1]


@pytest.mark.parametrize("limit", [20_000, 60_000])
def test_a_tight_limit_on_parameters_holds_everywhere(limit: int) -> None:
    space, rng = DagSpace.preset("default", max_parameters=limit), np.random.default_rng(0)
    current = space.sample(rng=rng)
    for _ in range(60):
        drawn = space.sample(rng=rng)
        current = space.crossover(space.mutate(current, rng=rng).architecture, drawn, rng=rng).architecture
        for architecture in (current, drawn):
            assert parameter_count(architecture, vocabulary_size=0, classes=2).without_embedding <= limit


def test_a_space_of_one_says_so() -> None:
    space, rng = DagSpace(**SINGLE), np.random.default_rng(0)  # type: ignore[arg-type]
    only = space.sample(rng=rng)
    with pytest.raises(ConfigError, match="a single architecture"):
        space.mutate(only, rng=rng)
    with pytest.raises(ConfigError, match="the two parents only"):
        space.crossover(only, only, rng=rng)


def test_a_space_of_two_always_finds_the_other() -> None:
    space, rng = DagSpace(**(SINGLE | {"widths": (64, 128)})), np.random.default_rng(0)  # type: ignore[arg-type]
    only = space.sample(rng=rng)
    for _ in range(20):
        assert space.mutate(only, rng=rng).operator == "step_width"


def test_strangers_are_refused() -> None:
    small = DagSpace.preset("tiny")
    stranger = replace(small.sample(rng=np.random.default_rng(0)), width=256)
    assert not small.contains(stranger)
    with pytest.raises(ConfigError, match="lies outside the space"):
        small.mutate(stranger, rng=np.random.default_rng(0))


def architecture_with(cell: Cell, **changes: object) -> Architecture:
    genes = InputGenes(rank=32, trained=True)
    plain = Architecture(input=genes, width=64, pooling="mean", shared=False, layout=(0,), cells=(cell,))
    return replace(plain, **changes)  # type: ignore[arg-type]


ATTENTION = Node(operation=SelfAttention(heads=1), inputs=(0,))
CHAIN = Cell(nodes=(ATTENTION, Node(operation=FeedForward(ratio=1), inputs=(1,))))


@pytest.mark.parametrize(
    ("operator", "number"),
    [
        ("step_parameter", 2),  # two heads, ratio 2
        ("rewire_input", 1),  # the second node from the input
        ("add_input", 2),  # the same beside the first, summed or gated
        ("drop_input", 0),
        ("change_combine", 0),
        ("delete_node", 2),
        ("remove_cell", 0),
        ("retype_cell", 0),
        ("step_width", 1),
        ("step_rank", 1),
        ("toggle_trained", 1),
        ("change_characters", 4),  # letters, or n-grams in one of three numbers of buckets
        ("step_buckets", 0),
        ("change_clusters", 2),
        ("toggle_pruned", 0),
        ("change_pooling", 4),
        ("toggle_sharing", 0),
        ("change_operation", 28 - 4 + 28 - 4),  # all but the four of the node's own kind
        ("insert_node", 3 * 28 - 2),  # doubling a node before or after it is the same
    ],
)
def test_each_mutation_lists_its_neighbourhood(operator: str, number: int) -> None:
    space = DagSpace(
        operations=(
            "self_attention",
            "windowed_attention",
            "convolution",
            "feed_forward",
            "gated_feed_forward",
            "token_mixing",
        ),
        characters=("none", "ngrams", "letters"),
        clusters=("none", "stars", "chains"),
    )
    assert len(space.all_operations) == 4 + 12 + 4 + 4 + 3 + 1
    parent = architecture_with(CHAIN)
    found = {
        child.architecture_id
        for child in MUTATIONS[operator](parent, space, np.random.default_rng(0))
        if space.contains(child)
    }
    assert len(found - {parent.architecture_id}) == number


def test_buckets_step_to_their_neighbours() -> None:
    genes = InputGenes(rank=32, trained=True, characters="ngrams", buckets=8192)
    children = MUTATIONS["step_buckets"](architecture_with(CHAIN, input=genes), DagSpace(), np.random.default_rng(0))
    assert {child.input.buckets for child in children} == {4096, 16384}


def test_crossover_takes_kind_and_buckets_of_one_parent() -> None:
    genes = InputGenes(rank=64, trained=True, characters="ngrams", buckets=8192, clusters="stars")
    other = architecture_with(CHAIN, input=genes)
    children = list(CROSSOVERS["mix_macro_genes"](architecture_with(CHAIN), other, np.random.default_rng(0)))
    letters = {(child.input.characters, child.input.buckets) for child in children}
    assert letters == {("none", 0), ("ngrams", 8192)}
    assert len({child.architecture_id for child in children}) == 2 * 2 * 2  # rank, letters, clusters


def test_inserting_reaches_the_output_edge_of_a_loose_end() -> None:
    space = DagSpace(operations=("token_mixing",))
    children = list(MUTATIONS["insert_node"](architecture_with(CHAIN), space, np.random.default_rng(0)))
    depths = sorted(max(child.cells[0].depths) for child in children)
    assert depths == [3, 3, 3]
    assert all(len(child.cells[0].loose_ends) == 1 for child in children)


def test_splicing_keeps_a_prefix_of_one_and_the_rest_of_the_other() -> None:
    tail = Cell(nodes=tuple(Node(operation=Convolution(kernel=k), inputs=(0,)) for k in (1, 3, 5)))
    children = CROSSOVERS["splice_prefix"](architecture_with(CHAIN), architecture_with(tail), np.random.default_rng(0))
    nodes = {child.cells[0].nodes for child in children}
    assert nodes == {(ATTENTION, *tail.nodes[1:]), (*CHAIN.nodes, *tail.nodes[2:])}


def test_mixing_brings_a_missing_type_along() -> None:
    two = architecture_with(CHAIN, layout=(0, 1, 1), cells=(CHAIN, Cell(nodes=(ATTENTION,))))
    children = CROSSOVERS["mix_macro_genes"](architecture_with(Cell(nodes=(ATTENTION,))), two, np.random.default_rng(0))
    assert {child.layout for child in children} == {(0,), (0, 1, 1)}


def small_space(**changes: object) -> DagSpace:
    fields: dict[str, object] = {
        "operations": ("token_mixing",),
        "combines": ("sum", "gated"),
        "sharing": (False, True),
        "max_positions": 3,
        "max_types": 2,
        "max_nodes": 2,
    }
    return DagSpace(**(SINGLE | fields | changes))  # type: ignore[arg-type]


def genotypes(space: DagSpace) -> list[Architecture]:
    """Every writing in a space whose only macro gene is sharing."""
    nodes = [
        [
            Node(operation=operation, inputs=inputs, combine=combine)
            for operation in space.all_operations
            for size in range(1, number + 1)
            for inputs in itertools.combinations(range(number), size)
            for combine in space.combines
        ]
        for number in range(1, space.max_nodes + 1)
    ]
    cells = [Cell(nodes=of) for size in range(1, space.max_nodes + 1) for of in itertools.product(*nodes[:size])]
    return [
        architecture_with(CHAIN, shared=shared, layout=layout, cells=of)
        for shared in space.sharing
        for positions in range(1, space.max_positions + 1)
        for types in range(1, space.max_types + 1)
        for layout in itertools.product(range(types), repeat=positions)
        for of in itertools.product(cells, repeat=types)
    ]


@pytest.mark.parametrize("sharing", [(False, True), (True,), (False,)])
def test_counts_agree_with_enumeration(sharing: tuple[bool, ...]) -> None:
    space = small_space(sharing=sharing)
    written = genotypes(space)
    assert len(written) == count_genotypes(space)
    assert all(space.contains(each) for each in written)
    writings = Counter(each.canonical() for each in written)
    for architecture, number in writings.items():
        assert space.contains(architecture)
        assert count_writings(architecture, space) == number
    estimate = space.estimate_size(rng=np.random.default_rng(0), samples=2000)
    assert abs(estimate.distinct - len(writings)) < 4 * estimate.standard_error
    assert estimate.genotypes == len(written)


def test_the_estimate_heeds_the_limit() -> None:
    space = small_space(operations=("token_mixing", "convolution"))
    limited = replace(space, max_parameters=25_000)
    fitting = {each.architecture_id for each in genotypes(small_space()) if limited.fits(each)}
    estimate = limited.estimate_size(rng=np.random.default_rng(1), samples=1000)
    whole = space.estimate_size(rng=np.random.default_rng(1), samples=1000)
    assert len(fitting) <= estimate.distinct + 4 * estimate.standard_error < whole.distinct


def test_every_architecture_is_reached_by_mutations() -> None:
    space = small_space(max_positions=2)
    everything = {each.architecture_id for each in genotypes(space)}
    start = space.sample(rng=np.random.default_rng(0))
    reached, queue = {start.architecture_id}, [start]
    while queue:
        parent = queue.pop()
        for mutation in MUTATIONS.values():
            for repeat in range(12):  # a new type is drawn at random
                for child in mutation(parent, space, np.random.default_rng(repeat)):
                    if space.contains(child) and child.architecture_id not in reached:
                        reached.add(child.architecture_id)
                        queue.append(child.canonical())
    assert reached == everything


class TestConfiguration:
    def test_presets_and_changes(self) -> None:
        assert DagSpace.from_config("default") == DagSpace()
        tiny = DagSpace.from_config({"preset": "tiny", "widths": [64], "max_parameters": 100_000})
        assert (tiny.widths, tiny.max_parameters, tiny.ranks) == ((64,), 100_000, (32, 64, 96))
        assert DagSpace.from_config(tiny.to_config()) == tiny

    def test_inside_another_component(self) -> None:
        @dataclass(frozen=True, kw_only=True)
        class Holder:
            space: DagSpace

        holder = TypeAdapter(Holder).validate_python({"space": {"preset": "tiny", "max_nodes": 2}})
        assert holder.space == DagSpace.preset("tiny", max_nodes=2)
        assert TypeAdapter(Holder).validate_python({"space": "tiny"}).space == DagSpace.preset("tiny")

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"preset": "small"}, "unknown preset 'small'"),
            ({"width": [64]}, "unknown key 'width'. Did you mean 'widths'"),
            ({"widths": [60]}, "multiples of 8"),
            ({"widths": [128, 64]}, "ascending"),
            ({"operations": ["convolutions"]}, "Did you mean 'convolution'"),
            ({"characters": ["ngram"]}, "Input should be 'none', 'ngrams' or 'letters'"),
            ({"buckets": [0, 10]}, "positive and ascending"),
            ({"clusters": [False]}, "Input should be 'none', 'stars' or 'chains'"),
            ({"pruned": []}, "one or more different values"),
            ({"poolings": []}, "one or more different values"),
            ({"max_nodes": 0}, "max_nodes must be at least 1"),
            ({"max_parameters": 10}, "the smallest architecture"),
        ],
    )
    def test_errors(self, fields: dict[str, object], message: str) -> None:
        with pytest.raises(ConfigError) as caught:
            DagSpace.from_config(fields)
        assert message in str(caught.value)


def test_token_mixing_has_no_neighbours() -> None:
    assert list(TokenMixing().neighbours()) == []
    assert {operation.to_json()["kernel"] for operation in Convolution(kernel=3).neighbours()} == {1, 5}
