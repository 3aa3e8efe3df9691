import pytest

from rosearch.analysis.features import architecture_features, skip_edges
from rosearch.core.rng import SeedTree
from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.dag import Cell, Node
from rosearch.space.operation import Convolution, SelfAttention, TokenMixing
from rosearch.space.space import DagSpace

CHAIN = Cell(nodes=(Node(operation=Convolution(), inputs=(0,)),))
# 0 -> 1 -> 2 -> 3, with 0 -> 2 and 1 -> 3 passing over a node, and 4 beside them all.
WEB = Cell(
    nodes=(
        Node(operation=Convolution(), inputs=(0,)),
        Node(operation=SelfAttention(), inputs=(0, 1), combine="gated"),
        Node(operation=Convolution(), inputs=(1, 2)),
        Node(operation=TokenMixing(), inputs=(0,), combine="gated"),
    )
)


@pytest.fixture
def architecture() -> Architecture:
    return Architecture(
        input=InputGenes(rank=96, trained=True, characters="ngrams", buckets=8192, clusters="chains", pruned=True),
        width=128,
        pooling="mean_max",
        shared=True,
        layout=(0, 1, 0),
        cells=(CHAIN, WEB),
    )


def test_features_count_each_position(architecture: Architecture) -> None:
    features = architecture_features(architecture)
    expected = {
        "count_convolution": 4,
        "count_self_attention": 1,
        "count_token_mixing": 1,
        "count_max_pooling": 0,
        "positions": 3,
        "cell_types": 2,
        "nodes": 6,
        "depth": 5,
        "longest_path": 3,
        "mean_inputs": 8 / 6,
        "skip_edges": 2,
        "gated_nodes": 1,
        "width": 128,
        "input_rank": 96,
        "input_trained": 1,
        "input_letters": 0,
        "input_ngrams": 1,
        "input_buckets": 8192,
        "input_stars": 0,
        "input_chains": 1,
        "input_pruned": 1,
        "shared": 1,
        "pooling_mean_max": 1,
        "pooling_mean": 0,
    }
    assert {name: features[name] for name in expected} == expected
    assert sum(value for name, value in features.items() if name.startswith("pooling_")) == 1


def test_skip_edges_pass_over_a_node() -> None:
    assert (skip_edges(CHAIN), skip_edges(WEB)) == (0, 2)


def test_all_writings_of_an_architecture_have_the_same_features() -> None:
    rng = SeedTree(0).generator()
    for _ in range(50):
        architecture = DagSpace().sample(rng=rng)
        unused = Architecture.from_json(
            {**architecture.to_json(), "cells": [*architecture.to_json()["cells"], WEB.to_json()]}
        )
        assert architecture_features(unused) == architecture_features(architecture)
