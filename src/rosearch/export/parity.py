"""How far an exported student's answers are from those it was exported from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.random import Generator

from rosearch.core.protocols import Text, Victim
from rosearch.data.tokenization import Tokenizer


@final
@dataclass(frozen=True, kw_only=True)
class Parity:
    """Two models on the same texts.

    Args:
        texts: How many.
        largest_difference: Of any logit.
        same_predictions: How many texts have the same most probable class.
    """

    texts: int
    largest_difference: float
    same_predictions: int


def compare(original: Victim, exported: Victim, texts: Sequence[Text]) -> Parity:
    """Asks two models about the same texts.

    Args:
        original: What was exported.
        exported: What came of it.
        texts: At least one.
    """
    expected, actual = original.logits(texts), exported.logits(texts)
    return Parity(
        texts=len(texts),
        largest_difference=float(np.abs(expected - actual).max()),
        same_predictions=int((expected.argmax(axis=1) == actual.argmax(axis=1)).sum()),
    )


def random_texts(tokenizer: Tokenizer, count: int, *, longest: int, rng: Generator) -> tuple[str, ...]:
    """Draws texts of any words that a tokenizer knows, for where no real ones are at hand.

    Args:
        tokenizer: Whose pieces are the words.
        count: How many texts.
        longest: In words; lengths are uniform from 0 on.
        rng: The source of randomness.
    """
    lengths = rng.integers(0, longest + 1, size=count)
    return tuple(" ".join(tokenizer.tokens(rng.integers(tokenizer.vocabulary_size, size=size))) for size in lengths)
