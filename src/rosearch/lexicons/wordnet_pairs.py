"""Pairs of words that WordNet relates: synonyms and antonyms, as rows of a vocabulary."""

from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np

from rosearch.core.protocols import IntArray
from rosearch.lexicons.wordnet_files import PARTS, WordNetFiles

FREQUENT_SENSES = 3
"""A word is taken for a synonym in this many of its senses: rare ones would draw "good" to "soundly"."""


def synonym_pairs(wordnet: WordNetFiles, rows: Mapping[str, int]) -> IntArray:
    """Returns pairs of words that share one of the frequent senses of both, antonyms excepted, shape ``(pairs, 2)``.

    Args:
        wordnet: The database.
        rows: The vocabulary.
    """
    pairs: set[tuple[int, int]] = set()
    for part in PARTS:
        sharing: dict[int, list[int]] = {}
        for lemma, offsets in wordnet.senses(part):
            if lemma in rows:
                for offset in offsets[:FREQUENT_SENSES]:
                    sharing.setdefault(offset, []).append(rows[lemma])
        for members in sharing.values():
            pairs.update(combinations(sorted(members), 2))
    return _array(pairs - _antonyms(wordnet, rows))


def antonym_pairs(wordnet: WordNetFiles, rows: Mapping[str, int]) -> IntArray:
    """Returns pairs of antonyms, shape ``(pairs, 2)``.

    Args:
        wordnet: The database.
        rows: The vocabulary.
    """
    return _array(_antonyms(wordnet, rows))


def _antonyms(wordnet: WordNetFiles, rows: Mapping[str, int]) -> set[tuple[int, int]]:
    found = (pair for part in PARTS for pair in wordnet.antonyms(part))
    known = ((rows[first], rows[second]) for first, second in found if first in rows and second in rows)
    return {(min(pair), max(pair)) for pair in known}


def _array(pairs: Iterable[tuple[int, int]]) -> IntArray:
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
