"""A fitness that takes no time: a deterministic function of the architecture, for tests of whatever searches."""

import math

from rosearch.core.rng import SeedTree
from rosearch.search.strategy import DEFAULT_OBJECTIVES, History, Strategy
from rosearch.space.architecture import Architecture
from rosearch.space.size import flops, parameter_count
from rosearch.space.space import DagSpace
from rosearch.store.records import Objective, Proposal, Trial

VOCABULARY_SIZE = 5000
CLASSES = 2
LENGTH = 32

_WANTED = {"convolution": 0.4, "self_attention": 0.3, "gated_feed_forward": 0.3}
_WANTED_DEPTH = 9
_WANTED_WIDTH = 160


def instant_metrics(architecture: Architecture) -> dict[str, float]:
    """Scores an architecture as a study would, by a formula with a known optimum.

    Robustness is best, at 0.8, with 40 % convolutions, 30 % self-attention and 30 % gated feed-forward nodes, a depth
    of 9 nodes and a trained, attentively pooled input; accuracy with a width of 160. The ways to either are many small
    steps, as in a real space.

    Args:
        architecture: What to score.

    Returns:
        Figures under the names that studies use.
    """
    blocks = architecture.canonical().blocks
    kinds = [node.operation.kind for cell in blocks for node in cell.nodes]
    mixture = sum(min(share, kinds.count(kind) / len(kinds)) for kind, share in _WANTED.items())
    depth = math.exp(-(((sum(max(cell.depths) for cell in blocks) - _WANTED_DEPTH) / 6) ** 2))
    width = math.exp(-(math.log2(architecture.width / _WANTED_WIDTH) ** 2))
    extras = (architecture.pooling == "attentive") + architecture.input.trained
    robustness = 0.8 * (0.5 * mixture + 0.3 * depth + 0.1 * extras)
    accuracy = 0.5 + 0.4 * (0.5 * depth + 0.5 * width)
    count = parameter_count(architecture, vocabulary_size=VOCABULARY_SIZE, classes=CLASSES)
    return {
        "robustness": robustness,
        "robust_accuracy": robustness / 2,
        "accuracy": accuracy,
        "balanced_accuracy": accuracy,
        "parameters": float(count.total),
        "flops": float(flops(architecture, length=LENGTH, classes=CLASSES)),
    }


def instant_trial(proposal: Proposal) -> Trial:
    """Carries out a proposal at once."""
    return Trial(proposal=proposal, metrics=instant_metrics(proposal.architecture))


def instant_search(
    strategy: Strategy,
    space: DagSpace,
    *,
    trials: int,
    seed: int,
    window: int = 8,
    objectives: tuple[Objective, ...] = DEFAULT_OBJECTIVES,
) -> tuple[Trial, ...]:
    """Runs a whole search in memory.

    Args:
        strategy: Proposes.
        space: Where to look.
        trials: How many.
        seed: Of the proposals.
        window: Proposal k sees trials 0 .. k - window.
        objectives: By which trials are compared.

    Returns:
        The trials, in order.
    """
    done: list[Trial] = []
    for index in range(trials):
        visible = max(0, index - window + 1)
        history = History(
            trials=tuple(done[:visible]),
            pending=tuple(trial.architecture for trial in done[visible:]),
            objectives=objectives,
        )
        rng = SeedTree(seed).child("proposal", index).generator()
        done.append(instant_trial(strategy.propose(history, space, rng=rng)))
    return tuple(done)
