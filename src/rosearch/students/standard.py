"""Standard students that every study trains beside what it found. Architectures as data; no torch."""

import math
from collections.abc import Iterator

from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.dag import Cell, Node
from rosearch.space.operation import Convolution, FeedForward, SelfAttention
from rosearch.space.size import parameter_count

LARGEST_WIDTH = 768


def bag_of_embeddings(input_genes: InputGenes) -> Architecture:
    """Returns the student without any cell: the mean of the embeddings, then the head; what words alone give.

    Args:
        input_genes: How word pieces become vectors.
    """
    return Architecture(input=input_genes, width=input_genes.rank, pooling="mean", shared=False, layout=(), cells=())


def first_student() -> Architecture:
    """Returns a student to begin with where none was searched: a convolution and attention side by side, twice."""
    cell = Cell(
        nodes=(
            Node(operation=Convolution(kernel=3), inputs=(0,)),
            Node(operation=SelfAttention(heads=4), inputs=(0,)),
            Node(operation=FeedForward(ratio=2), inputs=(1, 2)),
        )
    )
    genes = InputGenes(rank=96, trained=True)
    return Architecture(input=genes, width=128, pooling="mean_max", shared=False, layout=(0, 0), cells=(cell,))


def uniform_transformer(*, like: Architecture, vocabulary_size: int, classes: int) -> Architecture:
    """Returns the uniform Transformer that is closest in size to another student, with the same input.

    It has four layers where the size allows a width of 64, else fewer; four heads and a feed-forward ratio of 4, as
    BERT's small siblings, but mean pooling, which serves a network without pretraining better than a [CLS] token.

    Args:
        like: The student whose size is to be met.
        vocabulary_size: Rows of the embedding table.
        classes: Classes of the task.
    """
    wanted = parameter_count(like, vocabulary_size=vocabulary_size, classes=classes).without_embedding

    def distance(candidate: Architecture) -> float:
        size = parameter_count(candidate, vocabulary_size=vocabulary_size, classes=classes).without_embedding
        return abs(math.log(size / wanted))

    best = {layers: min(_transformers(like, layers), key=distance) for layers in (4, 3, 2, 1)}
    wide_enough = (candidate for candidate in best.values() if candidate.width >= 64)
    return next(wide_enough, best[1])


def _transformers(like: Architecture, layers: int) -> Iterator[Architecture]:
    """Gives the uniform Transformers of a depth, over all widths that four heads divide evenly."""
    layer = Cell(
        nodes=(
            Node(operation=SelfAttention(heads=4), inputs=(0,)),
            Node(operation=FeedForward(ratio=4), inputs=(1,)),
        )
    )
    for width in range(8, LARGEST_WIDTH + 1, 4):
        yield Architecture(
            input=like.input, width=width, pooling="mean", shared=False, layout=(0,) * layers, cells=(layer,)
        )
