"""The declared features of an architecture: what the statistics ask about, fixed before anything is measured."""

from collections import Counter

from rosearch.space.architecture import CHARACTER_INPUTS, CLUSTER_INPUTS, POOLINGS, Architecture
from rosearch.space.dag import Cell
from rosearch.space.operation import OPERATION_KINDS


def architecture_features(architecture: Architecture) -> dict[str, float]:
    """Describes an architecture by numbers that isomorphic architectures share.

    Args:
        architecture: What to describe; a cell counts once for each position that it stands at.

    Returns:
        By name: counts over all positions, sizes, and indicators of 0 or 1.
    """
    canonical = architecture.canonical()
    blocks = canonical.blocks
    nodes = [node for cell in blocks for node in cell.nodes]
    counts = Counter(node.operation.kind for node in nodes)
    longest = [max(cell.depths) for cell in blocks]
    return {
        **{f"count_{kind}": float(counts[kind]) for kind in OPERATION_KINDS},
        "positions": float(len(blocks)),
        "cell_types": float(len(set(blocks))),
        "nodes": float(len(nodes)),
        "depth": float(sum(longest)),
        "longest_path": float(max(longest)),
        "mean_inputs": sum(len(node.inputs) for node in nodes) / len(nodes),
        "skip_edges": float(sum(skip_edges(cell) for cell in blocks)),
        "gated_nodes": float(sum(node.gated for node in nodes)),
        "width": float(canonical.width),
        "input_rank": float(canonical.input.rank),
        "input_trained": float(canonical.input.trained),
        "input_spelling": float(canonical.input.spelling),
        "input_pruned": float(canonical.input.pruned),
        "input_buckets": float(canonical.input.buckets),
        **{f"input_{kind}": float(canonical.input.characters == kind) for kind in CHARACTER_INPUTS if kind != "none"},
        **{f"input_{kind}": float(canonical.input.clusters == kind) for kind in CLUSTER_INPUTS if kind != "none"},
        "shared": float(canonical.shared),
        **{f"pooling_{pooling}": float(canonical.pooling == pooling) for pooling in POOLINGS},
    }


def skip_edges(cell: Cell) -> int:
    """Counts the edges that pass over at least one node of the longest path to their end."""
    return sum(
        cell.depths[target] - cell.depths[source] > 1
        for target, node in enumerate(cell.nodes, start=1)
        for source in node.inputs
    )
