"""How much room the students of a search take, told from its space before any is built."""

from dataclasses import dataclass
from typing import final

import numpy as np

from rosearch.core.rng import SeedTree
from rosearch.space.size import parameter_count
from rosearch.space.space import DagSpace

WEIGHT_BYTES = 4
USUAL_VOCABULARY = 30_522
"""Word pieces of BERT and of most that came after it, where the teacher's are not known yet."""

_DRAWN = 64


@final
@dataclass(frozen=True, kw_only=True)
class StudentRoom:
    """What the weights of one student take on disk, in bytes, over architectures drawn from the space.

    Args:
        mean: Of those drawn.
        largest: Of those drawn.
        vocabulary_size: Rows of the embedding tables that this counts on.
    """

    mean: float
    largest: float
    vocabulary_size: int


def student_room(space: DagSpace, *, vocabulary_size: int = USUAL_VOCABULARY, classes: int = 2) -> StudentRoom:
    """Draws architectures and counts their weights.

    Args:
        space: Where they are drawn from.
        vocabulary_size: Rows of the embedding table.
        classes: Classes of the task.
    """
    rng = SeedTree(0).child("student room").generator()
    drawn = [space.sample(rng=rng) for _ in range(_DRAWN)]
    sizes = [parameter_count(each, vocabulary_size=vocabulary_size, classes=classes).total for each in drawn]
    room = WEIGHT_BYTES * np.array(sizes)
    return StudentRoom(mean=float(room.mean()), largest=float(room.max()), vocabulary_size=vocabulary_size)
