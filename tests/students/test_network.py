"""Networks: what the genes promise is what is built, and padding has no say."""

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from rosearch.space.architecture import POOLINGS, Architecture, InputGenes, Pooling
from rosearch.space.dag import Cell, Node
from rosearch.space.operation import Operation, operation_class
from rosearch.space.size import flops, parameter_count, pooled_width
from rosearch.space.space import DagSpace
from rosearch.students.layers import TokenMask
from rosearch.students.network import CellLayer, NodeLayer, StudentNetwork, mean_of
from rosearch.testing.architectures import Relabelling

VOCABULARY, CLASSES = 60, 3


def build(architecture: Architecture, seed: int = 0) -> StudentNetwork:
    torch.manual_seed(seed)
    return StudentNetwork(architecture, vocabulary_size=VOCABULARY, classes=CLASSES)


def batch(seed: int, lengths: tuple[int, ...] = (9, 1, 5)) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(1, VOCABULARY, (len(lengths), max(lengths)), generator=generator)
    mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
    return ids * mask, mask


def single(operation: Operation, pooling: Pooling = "mean", width: int = 64) -> Architecture:
    cell = Cell(nodes=(Node(operation=operation, inputs=(0,)),))
    genes = InputGenes(rank=32, trained=True)
    return Architecture(input=genes, width=width, pooling=pooling, shared=False, layout=(0,), cells=(cell,))


@pytest.mark.parametrize("hundred", range(5))
def test_random_architectures_build_run_ignore_padding_and_train(hundred: int) -> None:
    space, rng = DagSpace.preset("default"), np.random.default_rng(hundred)
    for index in range(100):
        architecture = space.sample(rng=rng)
        network = build(architecture, seed=index)
        count = parameter_count(architecture, vocabulary_size=VOCABULARY, classes=CLASSES)
        assert sum(parameter.numel() for parameter in network.parameters()) == count.total
        table = VOCABULARY * architecture.input.rank
        assert count.without_embedding == count.total - table

        ids, mask = batch(index)
        output = network(ids, mask)
        for tensor in output:
            assert torch.isfinite(tensor).all()
        assert output.pooled_BD.shape == (3, pooled_width(architecture))
        with torch.no_grad():
            alone = torch.cat(
                [network(ids[row : row + 1, :n], mask[row : row + 1, :n]).logits_BC for row, n in enumerate((9, 1, 5))]
            )
            torch.testing.assert_close(alone, output.logits_BC, rtol=0, atol=1e-5)

        loss = torch.nn.functional.cross_entropy(output.logits_BC, torch.tensor([0, 1, 2]))
        optimiser = torch.optim.SGD(network.parameters(), lr=1e-3)
        loss.backward()
        gradients = [parameter.grad for parameter in network.parameters() if parameter.requires_grad]
        assert all(gradient is not None and torch.isfinite(gradient).all() for gradient in gradients)
        optimiser.step()
        with torch.no_grad():
            after = torch.nn.functional.cross_entropy(network(ids, mask).logits_BC, torch.tensor([0, 1, 2]))
        assert after < loss


@pytest.mark.parametrize("kind", sorted(Operation.kinds))
@pytest.mark.parametrize("further", [1, 4, 30])
def test_each_operation_ignores_what_stands_at_padding(kind: str, further: int) -> None:
    for operation in operation_class(kind).choices():
        network = build(single(operation))
        ids, mask = batch(1, lengths=(12, 3))
        longer_mask = torch.nn.functional.pad(mask, (0, further))
        longer = torch.nn.functional.pad(ids, (0, further))
        longer = torch.where(longer_mask, longer, torch.randint(0, VOCABULARY, longer.shape))
        with torch.no_grad():
            expected, actual = network(ids, mask), network(longer, longer_mask)
        torch.testing.assert_close(actual.logits_BC, expected.logits_BC, rtol=0, atol=1e-5)
        torch.testing.assert_close(actual.hidden_BLD[:, :12][mask], expected.hidden_BLD[mask], rtol=0, atol=1e-5)


@pytest.mark.parametrize("pooling", POOLINGS)
def test_each_pooling_ignores_what_stands_at_padding(pooling: Pooling) -> None:
    network = build(single(Operation.from_config("token_mixing"), pooling))
    ids, mask = batch(2)
    disturbed = torch.where(mask, ids, VOCABULARY - 1)
    with torch.no_grad():
        torch.testing.assert_close(network(disturbed, mask).logits_BC, network(ids, mask.long()).logits_BC)


def test_texts_longer_than_any_before_get_positions() -> None:
    network = build(single(Operation.from_config("convolution")))
    ids, mask = batch(3, lengths=(300, 7))
    short_ids, short_mask = ids[1:, :7], mask[1:, :7]
    with torch.no_grad():
        before = network(short_ids, short_mask).logits_BC
        long = network(ids, mask).logits_BC
        torch.testing.assert_close(network(short_ids, short_mask).logits_BC, before)
    torch.testing.assert_close(long[1:], before, rtol=0, atol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_isomorphic_architectures_build_the_same_network(seed: int) -> None:
    architecture = DagSpace.preset("default").sample(rng=np.random.default_rng(seed))
    first, second = build(architecture), build(Relabelling(seed)(architecture))
    assert first.state_dict().keys() == second.state_dict().keys()
    ids, mask = batch(seed)
    with torch.no_grad():
        assert torch.equal(first(ids, mask).logits_BC, second(ids, mask).logits_BC)


def test_every_node_has_an_effect() -> None:
    space, rng = DagSpace.preset("default"), np.random.default_rng(11)
    for _ in range(20):
        network = build(space.sample(rng=rng))
        ids, mask = batch(4)
        with torch.no_grad():
            before = network(ids, mask).hidden_BLD
            for module in network.modules():
                if isinstance(module, NodeLayer):
                    module.norm.weight.mul_(1.5)
                    changed = network(ids, mask).hidden_BLD
                    module.norm.weight.div_(1.5)
                    assert (changed - before).abs().max() > 1e-6


def test_shared_positions_share_weights_and_others_do_not() -> None:
    cell = single(Operation.from_config("feed_forward")).cells[0]
    genes = InputGenes(rank=32, trained=True)
    sizes = {}
    for shared in (False, True):
        architecture = Architecture(
            input=genes, width=64, pooling="mean", shared=shared, layout=(0, 0, 0), cells=(cell,)
        )
        network = build(architecture)
        assert sum(isinstance(module, CellLayer) for module in network.modules()) == (1 if shared else 3)
        assert len(network.order) == 3
        sizes[shared] = parameter_count(architecture, vocabulary_size=0, classes=2).total
    of_cell = cell.nodes[0].operation.parameters(64) + 2 * 64
    assert sizes[False] - sizes[True] == 2 * of_cell


def test_gates_start_as_a_mean_and_learn() -> None:
    nodes = [
        Node(operation=Operation.from_config("token_mixing"), inputs=(0, 1), combine=combine)
        for combine in ("sum", "gated")
    ]  # type: ignore[arg-type]
    summed, gated = (NodeLayer(node, 8) for node in nodes)
    gated.load_state_dict(summed.state_dict(), strict=False)
    values = [torch.randn(2, 3, 8), torch.randn(2, 3, 8)]
    mask = TokenMask(torch.ones(2, 3))
    torch.testing.assert_close(gated(values, mask), summed(values, mask))
    gated(values, mask).square().sum().backward()
    assert gated.gate_N is not None
    assert gated.gate_N.grad is not None
    assert (gated.gate_N.grad.abs() > 0).all()


def test_the_variance_does_not_grow_with_the_number_of_inputs() -> None:
    base = torch.randn(1000, 16)
    for share in (0.0, 0.5, 1.0):
        values = [share * base + (1 - share) * torch.randn(1000, 16) for _ in range(6)]
        assert mean_of(values).var() <= max(value.var() for value in values) * 1.01


@pytest.mark.parametrize(
    "kind", ["self_attention", "windowed_attention", "convolution", "feed_forward", "gated_feed_forward"]
)
def test_flops_are_those_that_torch_counts(kind: str) -> None:
    architecture = single(Operation.from_config(kind), pooling="cls")
    network = build(architecture).eval()
    ids, mask = batch(5, lengths=(16,))
    with FlopCounterMode(display=False) as counter, torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        network(ids, mask)
    assert counter.get_total_flops() == flops(architecture, length=16, classes=CLASSES)


def test_a_frozen_table_is_not_trained_but_counted() -> None:
    cell = single(Operation.from_config("feed_forward")).cells[0]
    frozen = Architecture(
        input=InputGenes(rank=32, trained=False), width=64, pooling="mean", shared=False, layout=(0,), cells=(cell,)
    )
    network = build(frozen)
    network(*batch(6)).logits_BC.sum().backward()
    assert network.input.table.weight.grad is None
    assert parameter_count(frozen, vocabulary_size=100, classes=2).total > 100 * 32


def test_a_bag_of_embeddings_builds() -> None:
    bag = Architecture(
        input=InputGenes(rank=32, trained=True), width=32, pooling="mean", shared=False, layout=(), cells=()
    )
    network = build(bag)
    count = parameter_count(bag, vocabulary_size=VOCABULARY, classes=CLASSES)
    assert sum(parameter.numel() for parameter in network.parameters()) == count.total
    assert torch.isfinite(network(*batch(7)).logits_BC).all()


def test_bfloat16_runs_and_stays_close() -> None:
    space, rng = DagSpace.preset("default"), np.random.default_rng(5)
    for _ in range(10):
        network = build(space.sample(rng=rng))
        ids, mask = batch(8)
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            rough = network(ids, mask).logits_BC.float()
        with torch.no_grad():
            exact = network(ids, mask).logits_BC
        assert (rough - exact).abs().max() < 0.1
