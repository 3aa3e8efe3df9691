"""Inputs that read the characters of words: they are what the genes promise, and padding has no say in them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from rosearch.data.tokenization import Tokenizer
from rosearch.device import seeded
from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.dag import Cell, Node
from rosearch.space.operation import Operation
from rosearch.space.size import LETTERS_OF_A_WORD, flops, parameter_count
from rosearch.students.characters import build_characters, character_features
from rosearch.students.network import StudentNetwork
from rosearch.students.student import Student
from rosearch.teachers.teacher import PreparedTeacher

NGRAMS = InputGenes(rank=8, trained=True, characters="ngrams", buckets=300)
LETTERS = InputGenes(rank=8, trained=True, characters="letters")
KINDS = (NGRAMS, LETTERS)
TEXTS = ["a great movie .", "", "xyz awful", "The plot was awful ! " * 3]


def architecture(genes: InputGenes) -> Architecture:
    cell = Cell(nodes=(Node(operation=Operation.from_config("self_attention"), inputs=(0,)),))
    return Architecture(input=genes, width=16, pooling="cls", shared=False, layout=(0,), cells=(cell,))


def build(genes: InputGenes, *, seed: int = 0, vocabulary_size: int = 400) -> StudentNetwork:
    with seeded(seed):
        network = StudentNetwork(architecture(genes), vocabulary_size=vocabulary_size, classes=3)
        for module in network.input.characters.modules():  # those that start as zeros
            if isinstance(module, torch.nn.Embedding):
                torch.nn.init.normal_(module.weight[1:].data)
            elif isinstance(module, torch.nn.Linear):
                torch.nn.init.normal_(module.weight)
    return network.eval()


def batch(tokenizer: Tokenizer, texts: list[str]) -> tuple[Tensor, Tensor, Tensor]:
    encoded = tokenizer.encode(texts, max_length=30)
    rows = np.arange(len(texts))
    characters = encoded.character_batch(rows)
    assert characters is not None
    ids, mask = encoded.batch(rows)
    return torch.from_numpy(ids), torch.from_numpy(mask), torch.from_numpy(characters)


@pytest.fixture(params=KINDS, ids=lambda genes: genes.characters)
def genes(request: pytest.FixtureRequest) -> InputGenes:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def tokenizer(prepared_teacher: PreparedTeacher, genes: InputGenes) -> Tokenizer:
    return prepared_teacher.tokenizer().with_characters(character_features(genes))


def test_the_size_is_what_the_genes_promise(genes: InputGenes) -> None:
    network = build(genes)
    count = parameter_count(network.architecture, vocabulary_size=400, classes=3)
    assert sum(weight.numel() for weight in network.parameters()) == count.total
    tables = [weight for name, weight in network.named_parameters() if name.endswith("table.weight")]
    assert count.without_embedding == count.total - sum(weight.numel() for weight in tables)


def test_the_flops_are_those_that_torch_counts(genes: InputGenes) -> None:
    ids = torch.ones(1, 12, dtype=torch.int64)
    # All words differ: what stands twice is computed once.
    characters = 1 + torch.arange(12 * LETTERS_OF_A_WORD).view(1, 12, LETTERS_OF_A_WORD)
    math = torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH)
    with FlopCounterMode(display=False) as counter, math:
        build(genes)(ids, torch.ones(1, 12), characters)
    assert counter.get_total_flops() == flops(architecture(genes), length=12, classes=3)


def test_a_batch_is_its_texts_alone(genes: InputGenes, tokenizer: Tokenizer) -> None:
    network = build(genes)
    with torch.no_grad():
        together = network(*batch(tokenizer, TEXTS)).logits_BC
        alone = torch.cat([network(*batch(tokenizer, [text])).logits_BC for text in TEXTS])
        ids, mask, characters = batch(tokenizer, TEXTS)
        wider = torch.nn.functional.pad(characters, (0, 7))
        torch.testing.assert_close(network(ids, mask, wider).logits_BC, together)
    torch.testing.assert_close(alone, together, rtol=0, atol=1e-5)


def test_letters_decide_where_pieces_cannot(genes: InputGenes, tokenizer: Tokenizer) -> None:
    """Both words are unknown to the vocabulary as a whole, having a sign in them that it lacks."""
    network = build(genes)
    first, second = batch(tokenizer, ["gre€at"]), batch(tokenizer, ["aw€ful"])
    assert torch.equal(first[0], second[0])
    with torch.no_grad():
        assert not torch.allclose(network(*first).logits_BC, network(*second).logits_BC, atol=1e-3)


def test_what_has_no_letters_gets_zeros(genes: InputGenes) -> None:
    reader = build(genes).input.characters
    ids = torch.zeros(2, 3, 5, dtype=torch.int64)
    ids[0, 1, :2] = 1
    vectors = reader(ids)
    assert vectors.shape == (2, 3, 8)
    assert vectors[0, 1].abs().sum() > 0
    vectors[0, 1] = 0
    assert not vectors.any()


def test_all_of_it_is_trained(genes: InputGenes, tokenizer: Tokenizer) -> None:
    network = build(genes)
    network(*batch(tokenizer, TEXTS)).logits_BC.square().sum().backward()
    for weight in network.input.characters.parameters():
        assert weight.grad is not None
        assert weight.grad.abs().sum() > 0


def test_ngrams_are_averaged() -> None:
    reader = build(NGRAMS).input.characters
    ids = torch.tensor([[[4, 9, 9, 0, 0]]])
    expected = (reader.table.weight[4] + 2 * reader.table.weight[9]) / 3
    torch.testing.assert_close(reader(ids)[0, 0], expected)


def test_new_characters_say_nothing_at_first(genes: InputGenes) -> None:
    reader = build_characters(genes)
    assert reader is not None
    assert not reader(torch.ones(1, 1, 3, dtype=torch.int64)).any()


def test_a_student_answers_as_its_network_and_survives_the_disk(
    genes: InputGenes, tokenizer: Tokenizer, tmp_path: Path
) -> None:
    network = build(genes, vocabulary_size=tokenizer.vocabulary_size)
    before = Student(network, tokenizer, label_names=("bad", "fair", "good"), max_length=30)
    with torch.no_grad():
        expected = network(*batch(tokenizer, TEXTS)).logits_BC
    np.testing.assert_allclose(before.logits(TEXTS), expected, atol=1e-5)
    before.save_pretrained(tmp_path)
    after = Student.from_pretrained(tmp_path)
    assert after.architecture == network.architecture
    np.testing.assert_array_equal(after.logits(TEXTS), before.logits(TEXTS))


def test_a_network_that_reads_letters_asks_for_them(genes: InputGenes) -> None:
    ids = torch.ones(1, 3, dtype=torch.int64)
    with pytest.raises(ValueError, match="reads characters; give character_ids"):
        build(genes)(ids, torch.ones(1, 3))
